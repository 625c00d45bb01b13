"""Child: two trainings of our engine, beside one another with half of the cores each, or one after the other with all.

Specification: runs (specifications of `benchmarks.systems.ours`, one a training), together (whether they run at
the same time). Wall time is from the start of the first process to the end of the last, as a sweep has it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from benchmarks.systems.child import specification, tell


def main() -> None:
    """Start the trainings, wait, and add up what they say."""
    given = specification()
    began = time.perf_counter()
    ended = _together(given["runs"]) if given["together"] else [_ended(_start(run)) for run in given["runs"]]
    seconds = time.perf_counter() - began
    pieces = sum(one["pieces"] for one in ended)
    trained = [one["train_seconds"] for one in ended]
    training_seconds = max(trained) if given["together"] else sum(trained)
    tell(pieces=pieces, seconds=seconds, pieces_per_second=pieces / seconds, training_seconds=training_seconds,
         training_pieces_per_second=pieces / training_seconds,
         trained_mib=sum(one["trained_mib"] for one in ended) if given["together"]
         else max(one["trained_mib"] for one in ended))


def _together(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    started = [_start(run) for run in runs]
    return [_ended(process) for process in started]


def _start(run: dict[str, Any]) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "benchmarks.systems.ours", json.dumps(run)],
                            stdout=subprocess.PIPE, text=True)


def _ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    told, _ = process.communicate()
    if process.returncode:
        sys.exit(process.returncode)
    found: dict[str, Any] = json.loads(told.strip().rpartition("\n")[2])
    return found


if __name__ == "__main__":
    main()
