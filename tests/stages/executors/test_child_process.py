"""The parent's end: a script without a main guard, ends of all sorts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sprachbund.stages.executors.child_process import _how

STAGES = Path(__file__).resolve().parents[1]

SCRIPT = """
import sys
from pathlib import Path
print("the script runs")
sys.path.insert(0, sys.argv[2])
import toy_stages as toys
from sprachbund.stages.executors.processes import ProcessExecutor
from sprachbund.stages.run import run_stages
from sprachbund.stages.store import Store
folder = Path(sys.argv[1])
summary = run_stages([toys.stage(folder, "report")], Store(folder / "store"), ProcessExecutor())
print(len(summary.executed), "stage ran")
"""


def test_a_script_without_a_main_guard_runs_once(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    told = subprocess.run(
        [sys.executable, "-W", "error", "script.py", str(tmp_path), str(STAGES)],
        cwd=tmp_path, text=True, capture_output=True, check=True, timeout=30,
    )
    assert told.stdout == "the script runs\n1 stage ran\n"
    assert sorted(told.stderr.splitlines()) == ["printed by a stage", "warned by a stage"]


@pytest.mark.parametrize(("status", "text"), [
    (-9, "was killed (SIGKILL); the system does this where memory runs out"),
    (-11, "was ended by the signal SIGSEGV"),
    (1, "ended with status 1 before the stage was done"),
])
def test_every_end_has_its_words(status: int, text: str) -> None:
    assert _how(status) == text
