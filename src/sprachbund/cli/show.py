"""Show a run while it runs, and its table when it is done."""

from __future__ import annotations

import json as json_module
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sprachbund.cli.terminal import Display, console, duration
from sprachbund.stages.events import Emit

if TYPE_CHECKING:
    from sprachbund.report.finished_run import FinishedRun


def show_run(call: Callable[[Emit], FinishedRun], *, json: bool) -> int:
    """Run `call` with a live display, then print its table and where the report lies.

    With `json`, progress goes to standard error and `results.json` to standard output.
    """
    began = time.monotonic()
    out = console(stderr=json)
    display = Display(out)
    with display.live() as emit:
        finished = call(emit)
    if json:
        json_module.dump(finished.to_json(), sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    from sprachbund.report.finished_run import ROWS  # these two import pyarrow, which `--help` does without
    from sprachbund.report.terminal import print_findings

    print_findings(out, finished.findings)
    out.print()
    if display.executed:
        ran = f"{display.executed} stages run, {display.hits} found in the store"
    else:
        ran = f"nothing to compute: all {display.hits} stages were in the store"
    out.print(f"{ran} ({duration(time.monotonic() - began)})", highlight=False)
    out.print(f"report  {finished.report}", highlight=False, soft_wrap=True)
    out.print(f"rows    {finished.report.with_name(ROWS)}", highlight=False, soft_wrap=True)
    return 0
