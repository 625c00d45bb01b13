"""Systems as child processes, measured in paired rounds: wall time, peak memory, and what the child says of itself.

A system is a command. It may run in any interpreter; the last line of its standard output is a JSON
object with its own figures. Nothing here imports torch, so that the harness takes no memory or time
worth naming from what it measures.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import IO, Any

POLL_SECONDS = 0.05
"""How often the harness looks whether a child that has a time limit is done."""

TAIL = 800
"""Characters of a failed child's standard error that are kept."""


@dataclass(frozen=True, slots=True)
class System:
    """Something that is measured.

    Args:
        name: unique within a benchmark; the key in its results.
        command: program and arguments.
        environment: variables on top of the harness's own; None takes a variable away.
        title: how tables and pictures call it; "" for the name.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str | None] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run of one system.

    Args:
        system: its name.
        round: counted from 0; runs of one round stand beside each other in time.
        wall_seconds: from the start of the child to its end, imports included.
        peak_mib: the child's largest resident memory; see `measure`.
        values: the JSON object of its last line; empty after a failure.
        error: what went wrong, or "".
    """

    system: str
    round: int
    wall_seconds: float
    peak_mib: float
    values: Mapping[str, Any]
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    def value(self, name: str) -> float | None:
        """A figure by name: one of the child's own, or `wall_seconds` or `peak_mib`; None where there is none."""
        if self.error:
            return None
        found = {"wall_seconds": self.wall_seconds, "peak_mib": self.peak_mib, **self.values}.get(name)
        return float(found) if isinstance(found, int | float) else None


@dataclass(frozen=True, slots=True)
class Summary:
    """Median and range of some runs."""

    median: float
    low: float
    high: float
    runs: int

    def text(self, decimals: int = 1) -> str:
        """For a table: the median, and the range where there is more than one run."""
        shown = f"{self.median:,.{decimals}f}"
        return shown if self.runs < 2 else f"{shown} ({self.low:,.{decimals}f} to {self.high:,.{decimals}f})"


def measure(system: System, number: int = 0, *, timeout: float | None = None) -> Measurement:
    """Run a system once and wait for it; a failure is told in the result, not raised.

    The peak is what the kernel says of the ended child and of those of its own children that it waited
    for (the largest of them, not their sum). Linux hands the harness's own peak on to a child, so no
    figure is below that: some 40 MiB where nothing large was imported.

    Args:
        system: what to run.
        number: of the round.
        timeout: seconds after which the child and everything that it started is killed.
    """
    environment = {**os.environ, **{name: value for name, value in system.environment.items() if value is not None}}
    for name in (name for name, value in system.environment.items() if value is None):
        environment.pop(name, None)
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as complaints:
        began = time.perf_counter()
        try:
            child = subprocess.Popen(system.command, stdin=subprocess.DEVNULL, stdout=told, stderr=complaints,
                                     env=environment, process_group=0)
        except OSError as fault:
            return Measurement(system.name, number, 0.0, 0.0, {}, f"cannot be started: {fault}")
        status, usage, late = _wait(child, began, timeout)
        seconds = time.perf_counter() - began
        peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)  # macOS counts in bytes
        values, error = _last_line(told)
        if late:
            error = f"stopped after {timeout:g} s"
        elif status != 0:
            error = f"ended with exit code {status}: {_text(complaints)[-TAIL:].strip()}"
        return Measurement(system.name, number, seconds, peak, {} if error else values, error)


def paired(
    systems: Sequence[System] | Callable[[int], Sequence[System]],
    rounds: int,
    *,
    timeout: float | None = None,
    done: Iterable[Measurement] = (),
    told: Callable[[Measurement], None] | None = None,
) -> list[Measurement]:
    """Measure systems in rounds: A B C, A B C, and so on, so that a slow minute of the machine hits all alike.

    A system that fails is not tried again in later rounds; the others go on.

    Args:
        systems: with unique names; or a function that gives them for a round (with another seed).
        rounds: how often each is run.
        timeout: seconds for one run.
        done: runs of an earlier call, which are not repeated.
        told: called after every run, so that it can be written down at once.

    Returns:
        All runs, those of `done` first.
    """
    runs = list(done)
    for number in range(rounds):
        chosen = systems(number) if callable(systems) else systems
        names = [system.name for system in chosen]
        if len(set(names)) < len(names):
            raise ValueError(f"systems must have unique names, got {names}")
        for system in chosen:
            own = [run for run in runs if run.system == system.name]
            if any(run.error or run.round == number for run in own):
                continue
            runs.append(measure(system, number, timeout=timeout))
            if told is not None:
                told(runs[-1])
    return runs


def summarise(runs: Iterable[Measurement], system: str, name: str) -> Summary | None:
    """Median and range of a figure over a system's runs; None where no run has it."""
    return _summary([value for run in runs if run.system == system and (value := run.value(name)) is not None])


def ratios(runs: Sequence[Measurement], above: str, below: str, name: str) -> Summary | None:
    """Median and range of the ratio of one figure of two systems, taken within each round.

    Args:
        runs: of both systems.
        above, below: names of the systems whose figures stand above and below the line.
        name: of the figure.

    Returns:
        None where no round has both.
    """
    by_round = {(run.system, run.round): run.value(name) for run in runs}
    pairs = [(value, by_round.get((below, number))) for (system, number), value in by_round.items() if system == above]
    return _summary([first / second for first, second in pairs if first is not None and second])


def say(run: Measurement) -> None:
    """One line about a run on standard error, for whoever waits."""
    shown = {name: value for name, value in run.values.items() if isinstance(value, int | float | str)}
    figures = ", ".join(f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
                        for name, value in shown.items())
    what = f"FAILED: {run.error}" if run.error else figures
    print(f"[{run.round}] {run.system}: {run.wall_seconds:.1f} s, {run.peak_mib:.0f} MiB; {what}", file=sys.stderr,
          flush=True)


def _summary(values: list[float]) -> Summary | None:
    return Summary(statistics.median(values), min(values), max(values), len(values)) if values else None


def _wait(
    child: subprocess.Popen[bytes], began: float, timeout: float | None
) -> tuple[int, resource.struct_rusage, bool]:
    """Exit code (negative: the signal), resources, and whether the child was killed for being late."""
    late = False
    try:
        while timeout is not None:
            if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                break
            if time.perf_counter() - began > timeout:
                late = True
                break
            time.sleep(POLL_SECONDS)
        if late:
            os.killpg(child.pid, signal.SIGKILL)
        _, status, usage = os.wait4(child.pid, 0)
    except BaseException:  # Ctrl-C: nothing that was started is left behind
        os.killpg(child.pid, signal.SIGKILL)
        raise
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage, late


def _last_line(told: IO[bytes]) -> tuple[dict[str, Any], str]:
    lines = [line for line in _text(told).splitlines() if line.strip()]
    try:
        values = json.loads(lines[-1])
        if not isinstance(values, dict):
            raise ValueError
    except (IndexError, ValueError):
        return {}, f"its last line is not a JSON object: {lines[-1][:TAIL] if lines else 'it wrote none'}"
    return values, ""


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", errors="replace")
