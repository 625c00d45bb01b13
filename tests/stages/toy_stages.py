"""Stage functions for tests of the machine: each counts its executions by a line in a file."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sprachbund.core.errors import ConfigError, Fault, FormatError
from sprachbund.core.source import Location
from sprachbund.stages.events import Progress
from sprachbund.stages.stage import Job, Stage

ENVIRONMENT_AT_IMPORT = dict(os.environ)
"""What stood in the environment when this module was imported."""


def stage(folder: Path, function: str = "write", name: str = "a", kind: str = "toy", **more: Any) -> Stage:
    """A stage of one of the functions below; `settings` come on top of the counter's place."""
    settings = {"counter": str(folder / "executions.txt"), **more.pop("settings", {})}
    config = {"name": name, **more.pop("config", {})}
    return Stage(
        kind=kind, version=1, function=f"toy_stages:{function}", config=config, settings=settings,
        label=more.pop("label", f"{kind} {name}"), **more,
    )


def executions(folder: Path) -> list[str]:
    """The names of the stages that ran, in order."""
    counter = folder / "executions.txt"
    return counter.read_text(encoding="utf-8").split() if counter.exists() else []


def processes(folder: Path) -> list[int]:
    """The process ids of the stages that ran, in order."""
    return [int(line) for line in (folder / "executions.txt.pids").read_text(encoding="utf-8").split()]


def count(job: Job) -> None:
    counter = str(job.settings["counter"])
    for path, text in ((counter, str(job.config["name"])), (counter + ".pids", str(os.getpid()))):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, f"{text}\n".encode())
        os.close(descriptor)


def write(job: Job) -> None:
    """Write the name, and the texts of all inputs."""
    count(job)
    texts = [(folder / "text.txt").read_text(encoding="utf-8") for _, folder in sorted(job.inputs.items())]
    (job.output / "text.txt").write_text(f"{job.config['name']}({','.join(texts)})", encoding="utf-8")
    (job.output / "below").mkdir()
    (job.output / "below" / "more.bin").write_bytes(bytes(range(256)) * 40)


def report(job: Job) -> None:
    """Report progress ten times, and print where it does no harm."""
    count(job)
    print("printed by a stage")
    print("warned by a stage", file=sys.stderr)
    for step in range(10):
        job.emit(Progress(job.key, "toy", step + 1, 10, "steps", {"loss": 1.0 / (step + 1)}))
    job.emit(Progress(job.key, "toy", 10, 10, "steps", note="a note"))
    write(job)


def meet(job: Job) -> None:
    """Wait until two stages have begun, and write how many were at work then."""
    count(job)
    begun, ended = Path(str(job.settings["counter"])), Path(str(job.settings["counter"]) + ".ended")
    deadline = time.monotonic() + 20
    while len(begun.read_text().split()) < 2:
        if time.monotonic() > deadline:
            raise TimeoutError("nobody else came")
        time.sleep(0.01)
    time.sleep(0.2)
    at_work = len(begun.read_text().split())
    at_work -= len(ended.read_text().split()) if ended.exists() else 0
    (job.output / "text.txt").write_text(str(at_work), encoding="utf-8")
    with ended.open("a") as file:
        file.write("one\n")


def cores(job: Job) -> None:
    """Write how many cores the stage has."""
    count(job)
    (job.output / "text.txt").write_text(str(job.cpus), encoding="utf-8")


def pause(job: Job) -> None:
    """Take so long that stages which may run at the same time do."""
    time.sleep(0.4)
    write(job)


def environment(job: Job) -> None:
    """Write a variable as it stood when this module was imported."""
    count(job)
    value = ENVIRONMENT_AT_IMPORT.get(str(job.config["variable"]), "(not set)")
    (job.output / "text.txt").write_text(value, encoding="utf-8")


def raise_format_error(job: Job) -> None:
    count(job)
    (job.output / "half.txt").write_text("half", encoding="utf-8")
    (job.work / "kept.txt").write_text("kept", encoding="utf-8")
    raise FormatError("three columns, two expected", where=Location("de.tsv", 3, 7), remedy="cut one")


def raise_config_error(job: Job) -> None:
    count(job)
    raise ConfigError([Fault("layer", "too high", Location("run.yaml", 2, 1), ("10", "11"))], "run.yaml")


def raise_value_error(job: Job) -> None:
    count(job)
    raise ValueError("seven is not a language")


def leave(job: Job) -> None:
    count(job)
    sys.exit(3)


class StrangeError(FormatError):
    """Carries what cannot be pickled."""

    def __init__(self) -> None:
        super().__init__("strange", remedy="none")
        self.lock = sys.stdout


def raise_strange_error(job: Job) -> None:
    count(job)
    raise StrangeError


def fill_disk(job: Job) -> None:
    """Raise what safetensors and the operating system raise on a full disk."""
    count(job)
    (job.output / "half.txt").write_text("half", encoding="utf-8")
    if job.config["how"] == "os":
        raise OSError(28, "No space left on device", str(job.output / "half.txt"))
    if job.config["how"] == "safetensors":
        raise RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)")
    try:
        raise OSError("[Errno 28] Error writing bytes to file. Detail: [errno 28] No space left on device")
    except OSError as error:
        raise RuntimeError("could not write the table") from error


def die(job: Job) -> None:
    """Kill the own process, the first time."""
    count(job)
    print("last words", file=sys.stderr, flush=True)
    if not (job.work / "died").exists():
        (job.work / "died").touch()
        os.kill(os.getpid(), getattr(signal, str(job.config["signal"])))
    write(job)


def train(job: Job) -> None:
    """Sum the numbers below `steps`, with a checkpoint after each; an interruption writes one too.

    Notes every step in the settings' `steps_done`; waits for the file `go` (if named) from step `wait_at` on.
    """
    count(job)
    checkpoint = job.work / "checkpoint.txt"
    step, total = map(int, checkpoint.read_text().split()) if checkpoint.exists() else (0, 0)
    if step:
        job.emit(Progress(job.key, "toy", step, 0, "steps", note=f"resumed at step {step}"))
    steps = int(str(job.config["steps"]))
    try:
        while step < steps:
            _wait(job.settings, step)
            total, step = total + step, step + 1
            with Path(str(job.settings["steps_done"])).open("a") as file:
                file.write(f"{step} ")
            if not job.settings.get("only_when_interrupted"):
                _save(checkpoint, f"{step} {total}")
            job.emit(Progress(job.key, "toy", step, steps, "steps"))
    except KeyboardInterrupt:
        _save(checkpoint, f"{step} {total}")
        raise
    (job.output / "text.txt").write_text(str(total), encoding="utf-8")


def _save(checkpoint: Path, text: str) -> None:
    checkpoint.with_suffix(".new").write_text(text)
    checkpoint.with_suffix(".new").replace(checkpoint)


def _wait(settings: Mapping[str, Any], step: int) -> None:
    if "go" not in settings or step < int(settings["wait_at"]):
        return
    Path(str(settings["go"]) + ".reached").touch()
    while not Path(str(settings["go"])).exists():
        time.sleep(0.01)


not_a_function = 3


def ignore_interruptions(job: Job) -> None:
    """Go on whatever happens."""
    count(job)
    job.emit(Progress(job.key, "toy", 1, 1, "steps"))
    while True:
        try:
            time.sleep(1.0)
        except KeyboardInterrupt:
            continue
