"""`sprachbund suite score`: suites of benchmarks, scored as their own evaluators score them."""

from __future__ import annotations

import json as json_module
import sys
from typing import Annotated

import typer

from sprachbund.cli.terminal import console

app = typer.Typer(add_completion=False, rich_markup_mode="rich", help="Suites of benchmarks: XTREME, XTREME-R.")


@app.callback()
def suites() -> None:
    """Score suites of benchmarks."""


@app.command("score")
def score(
    context: typer.Context,
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Predictions, TASK/test-LANGUAGE.tsv; or a folder "
                                          "that holds predictions and labels.")],
    labels: Annotated[str | None, typer.Option(help="Folder of labels. Default: labels, below or beside the "
                                               "predictions.")] = None,
    suite: Annotated[str, typer.Option(help="xtreme or xtreme-r.")] = "xtreme",
    output: Annotated[str | None, typer.Option("--output", "-o", help="Folder for a report and tables.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print scores.json instead of tables.")] = False,
) -> int:
    """Score predictions in XTREME's layout as its evaluator does: tasks, groups, overall, known faults named."""
    from sprachbund.api_suite import score_suite  # these import pyarrow, which `--help` does without
    from sprachbund.report.suite_terminal import print_suite

    finished = score_suite(folder, labels=labels, suite=suite, output=output, command=str(context.obj or ""))
    if json:
        json_module.dump(finished.to_json(), sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    out = console()
    print_suite(out, finished.scores)
    if finished.folder is not None:
        out.print(f"\nreport  {finished.report}", highlight=False, soft_wrap=True)
    return 0


command = typer.main.get_command(app)
