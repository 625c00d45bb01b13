"""A command that runs one toy stage: python toy_command.py FOLDER EXECUTOR JSON; for tests that kill it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import toy_stages as toys

from sprachbund.core.errors import SprachbundError
from sprachbund.stages.events import Event, Progress
from sprachbund.stages.executors.executor import EXECUTORS
from sprachbund.stages.run import run_stages
from sprachbund.stages.store import Store


def show(event: Event) -> None:
    if isinstance(event, Progress) and event.note:
        print("note:", event.note, flush=True)


def main() -> None:
    folder, executor = Path(sys.argv[1]), sys.argv[2]
    stage = toys.stage(folder, **json.loads(sys.argv[3]))
    try:
        summary = run_stages([stage], Store(folder / "store"), EXECUTORS.load(executor).value(), show)
    except SprachbundError as error:
        print(error, flush=True)
        sys.exit(error.exit_code)
    print(f"executed {len(summary.executed)}, stored {len(summary.hits)}", flush=True)
    print((summary.outputs[0] / "text.txt").read_text(), flush=True)


if __name__ == "__main__":
    main()
