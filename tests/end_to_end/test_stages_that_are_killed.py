"""A killed stage is built by the next run, which goes on from the last checkpoint; nothing half-written is left.

The commands are real processes (`toy_command.py`): signals come from outside, as they do in life.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

STAGES = Path(__file__).resolve().parents[1] / "stages"
STEPS = 6
RESULT = str(sum(range(STEPS)))
PATIENCE = 20.0


class Commands:
    """Runs a toy training of six steps that waits before the fourth until it is let go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gate = folder / "go"
        self.started: list[subprocess.Popen[str]] = []

    def start(self, executor: str, **settings: Any) -> subprocess.Popen[str]:
        wanted = {
            "function": "train",
            "config": {"steps": STEPS},
            "settings": {"steps_done": str(self.folder / "steps.txt"), "go": str(self.gate), "wait_at": 3, **settings},
        }
        command = [sys.executable, str(STAGES / "toy_command.py"), str(self.folder), executor, json.dumps(wanted)]
        process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.started.append(process)
        return process

    def start_and_wait(self, executor: str, **settings: Any) -> subprocess.Popen[str]:
        process = self.start(executor, **settings)
        wait_for(self.gate.with_suffix(".reached").exists, process)
        return process

    def finish(self, executor: str) -> str:
        self.gate.touch()
        said, _ = self.start(executor).communicate(timeout=PATIENCE)
        return said

    @property
    def steps(self) -> list[int]:
        return [int(step) for step in (self.folder / "steps.txt").read_text().split()]

    @property
    def executions(self) -> int:
        return len((self.folder / "executions.txt").read_text().split())

    @property
    def worker(self) -> int:
        return int((self.folder / "executions.txt.pids").read_text().split()[-1])

    def leftovers(self) -> list[str]:
        kinds = [path for path in (self.folder / "store").iterdir() if not path.name.startswith(".")]
        return [path.name for kind in kinds for path in kind.iterdir()]


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        assert process is None or process.poll() is None, process.communicate()[0]
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """A killed process whose parent died stays a zombie where nobody collects it (containers without init)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[Commands]:
    commands = Commands(tmp_path)
    yield commands
    for process in commands.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def assert_resumed_at_three(commands: Commands, said: str) -> None:
    assert "note: resumed at step 3" in said
    assert f"executed 1, stored 0\n{RESULT}\n" in said
    assert commands.steps == [1, 2, 3, 4, 5, 6]
    assert commands.executions == 2
    assert len(commands.leftovers()) == 1
    assert not any((commands.folder / "store" / ".work").iterdir())


def test_a_run_killed_in_the_middle_goes_on_where_it_stood(commands: Commands) -> None:
    process = commands.start_and_wait("inline")
    process.kill()
    process.wait()
    assert all(name.endswith(".partial") for name in commands.leftovers())
    assert_resumed_at_three(commands, commands.finish("inline"))


def test_a_child_killed_in_the_middle_is_told_and_the_next_run_goes_on(commands: Commands) -> None:
    process = commands.start_and_wait("processes")
    os.kill(commands.worker, signal.SIGKILL)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "the process of the stage 'toy a' was killed (SIGKILL); the system does this where memory runs out" in said
    assert_resumed_at_three(commands, commands.finish("processes"))


@pytest.mark.parametrize("executor", ["inline", "processes"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_let_a_stage_write_a_checkpoint(
    commands: Commands, executor: str, number: signal.Signals
) -> None:
    process = commands.start_and_wait(executor, only_when_interrupted=True)
    process.send_signal(number)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "interrupted; what is finished is kept\n  → run the same command again" in said
    assert is_gone(commands.worker)
    assert commands.leftovers() == []
    assert_resumed_at_three(commands, commands.finish(executor))


def test_a_child_that_is_terminated_alone_interrupts_the_run(commands: Commands) -> None:
    process = commands.start_and_wait("processes", only_when_interrupted=True)
    os.kill(commands.worker, signal.SIGTERM)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, said
    assert_resumed_at_three(commands, commands.finish("processes"))


def test_a_child_whose_parent_is_killed_writes_a_checkpoint_and_ends(commands: Commands) -> None:
    process = commands.start_and_wait("processes", only_when_interrupted=True)
    process.kill()
    process.wait()
    wait_for(lambda: is_gone(commands.worker))
    assert_resumed_at_three(commands, commands.finish("processes"))


def test_the_result_is_that_of_an_uninterrupted_run(commands: Commands) -> None:
    commands.gate.touch()
    said, _ = commands.start("inline").communicate(timeout=PATIENCE)
    assert said == f"executed 1, stored 0\n{RESULT}\n"
    assert commands.executions == 1


@pytest.mark.parametrize("executor", ["inline", "processes"])
def test_of_two_processes_with_one_key_one_builds_and_the_other_finds_it(commands: Commands, executor: str) -> None:
    first = commands.start_and_wait(executor)
    second = commands.start(executor)
    assert second.stdout is not None
    assert second.stdout.readline() == "note: another process is building it; waiting for that\n"
    commands.gate.touch()
    said = [process.communicate(timeout=PATIENCE)[0] for process in (first, second)]
    assert said == [f"executed 1, stored 0\n{RESULT}\n", f"executed 0, stored 1\n{RESULT}\n"]
    assert commands.executions == 1


def test_whoever_waits_takes_over_when_the_builder_is_killed(commands: Commands) -> None:
    first = commands.start_and_wait("inline")
    second = commands.start("inline")
    assert second.stdout is not None
    assert second.stdout.readline() == "note: another process is building it; waiting for that\n"
    first.kill()
    first.wait()
    commands.gate.touch()
    said, _ = second.communicate(timeout=PATIENCE)
    assert_resumed_at_three(commands, said)
