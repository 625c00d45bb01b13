"""Two commands that want the same at the same time: one computes, the other waits and uses it; so too where one dies.

Both are real processes. What they compute is slowed down here and there (`SLOW`), so that they meet.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sprachbund.models.encoders.bundled import bundled_is_here
from sprachbund.stages.store import Store

PATIENCE = 600.0
RUN = """
import json, sys, time
from pathlib import Path
import sprachbund as sb
from sprachbund.stages import perform
marks, settings = Path(sys.argv[1]), json.loads(sys.argv[2])
build = perform._build

def slow(assignment, store, emit):
    (marks / f"{assignment.kind}.{time.monotonic_ns()}").touch()
    if assignment.kind == "train":
        time.sleep(settings["pause"])
    return build(assignment, store, emit)

def emit(event):
    if "another process is building it; waiting" in getattr(event, "note", ""):
        (marks / f"waiting.{time.monotonic_ns()}").touch()

perform._build = slow
print(sb.run(**settings["run"], emit=emit).average())
"""
OPEN = """
import sys, time
from pathlib import Path
from sprachbund.models.encoders import bundled
marks = Path(sys.argv[1])
build = bundled.build

def slow(folder):
    (marks / f"converted.{time.monotonic_ns()}").touch()
    (folder / "half").write_text("half")
    time.sleep(float(sys.argv[2]))
    (folder / "half").unlink()
    build(folder)

bundled.build = slow
source = bundled.BundledSource(bundled.EncoderConfig())
print(source.tokenizer().vocabulary_size, source.encoder().n_layers)
"""


class Commands:
    """Starts programs and counts what they computed, by marks in a folder."""

    def __init__(self, folder: Path) -> None:
        self.marks = folder / "marks"
        self.marks.mkdir()
        self.started: list[subprocess.Popen[str]] = []

    def start(self, program: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", program, str(self.marks), *arguments]
        process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, **variables})
        self.started.append(process)
        return process

    def computed(self, kind: str) -> int:
        return len(list(self.marks.glob(f"{kind}.*")))

    def wait_for(self, kind: str, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.computed(kind):
            assert time.monotonic() < deadline, "waited in vain"
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)


def said(process: subprocess.Popen[str]) -> str:
    out, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, error
    return out


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[Commands]:
    commands = Commands(tmp_path)
    yield commands
    for process in commands.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def settings(world: Any, name: str, pause: float) -> str:
    return json.dumps({"pause": pause, "run": {
        "data": str(world.tagging), "encoder": {"name": str(world.encoder)}, "store": str(world.store),
        "output": str(world.folder / name), "executor": "inline", "targets": ["de"],
        "training": {"epochs": 0.2, "batch_pieces": 64, "threads": 1},
    }})


def test_of_two_runs_each_stage_is_computed_by_one(world: Any, commands: Commands) -> None:
    processes = [commands.start(RUN, settings(world, name, 1.0)) for name in ("a", "b")]
    first, second = (said(process) for process in processes)
    assert float(first) == float(second)
    assert [commands.computed(kind) for kind in ("prepare", "train", "predict", "score")] == [4, 1, 1, 1]
    store = Store(world.store)
    assert store.verify() == []
    assert store.unfinished() == []


def test_a_run_goes_on_when_the_one_it_waits_for_is_killed(world: Any, commands: Commands) -> None:
    first = commands.start(RUN, settings(world, "a", 900.0))
    commands.wait_for("train", first)  # it holds the lock
    second = commands.start(RUN, settings(world, "b", 0.0))
    commands.wait_for("waiting", second)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert float(said(second)) >= 0
    assert [commands.computed(kind) for kind in ("prepare", "train", "predict", "score")] == [4, 2, 1, 1]
    store = Store(world.store)
    assert store.verify() == []
    assert store.unfinished() == []
    assert not list(world.store.rglob("*.partial"))


@pytest.mark.slow
@pytest.mark.skipif(not bundled_is_here(), reason="the package with the bundled encoder is not installed")
def test_the_bundled_encoder_is_converted_by_one_also_where_the_first_is_killed(
    tmp_path: Path, commands: Commands
) -> None:
    cache = {"SPRACHBUND_CACHE": str(tmp_path / "cache")}
    first = commands.start(OPEN, "900", **cache)
    commands.wait_for("converted", first)
    others = [commands.start(OPEN, "1", **cache) for _ in range(2)]
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert [said(process) for process in others] == ["250002 12\n", "250002 12\n"]
    assert commands.computed("converted") == 2  # the one that was killed, and one of two
    assert not list(tmp_path.rglob("*.partial"))
