"""`sprachbund sweep`: tasks x aggregators x layers x seeds, cell by cell; goes on where it stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sprachbund.cli.options import DataDir, Executor, Store, integers, split
from sprachbund.cli.terminal import console
from sprachbund.report.numbers import duration

if TYPE_CHECKING:
    from sprachbund.api_sweep import SweepRun
    from sprachbund.studies.sweep_status import SweepStatus

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def sweep(
    context: typer.Context,
    config: Annotated[str, typer.Argument(metavar="SWEEP.yaml", help="Tasks, aggregators, seeds, tuning; or the name "
                                          "of a shipped sweep: paper, smoke.")],
    data_dir: DataDir = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Folder for rows and report. "
                                               "Default: runs/NAME.")] = None,
    rows: Annotated[str | None, typer.Option(help="Another folder of row files: cells whose rows lie there are "
                                             "done.")] = None,
    seeds: Annotated[str | None, typer.Option(help="Seeds, as 1,2,3. Default: those of the file.")] = None,
    only: Annotated[str | None, typer.Option(help="Tasks, as POS,NER. Default: all of the file.")] = None,
    limit_cells: Annotated[int | None, typer.Option(min=0, help="Stop after so many cells.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Begin no cell after so many minutes.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what is done, what would run and how long it would "
                                       "take.")] = False,
    keep_models: Annotated[bool, typer.Option("--keep-models", help="Leave all trained models in the store.")] = False,
    store: Store = None,
    executor: Executor = "auto",
) -> int:
    """Train and measure every aggregator, with every layer and seed, on every task of a file.

    A finished cell leaves its rows in OUTPUT/rows, and its model's probe in OUTPUT/probes where the file asks for
    probes; it is never computed again, on this machine or another.
    """
    from sprachbund import api_sweep  # these import torch, which `--help` does without
    from sprachbund.cli.sweep_board import SweepBoard

    out = console()
    chosen_seeds = integers("--seeds", seeds) if seeds else None
    if plan:
        print_plan(out, api_sweep.sweep_plan(config, data_dir=data_dir, output=output, rows=rows, store=store,
                                             seeds=chosen_seeds, only=split(only or "")))
        return 0
    board = SweepBoard(out)
    with board.live() as emit:
        finished = api_sweep.sweep(
            config, data_dir=data_dir, output=output, rows=rows, store=store, executor=executor, seeds=chosen_seeds,
            only=split(only or ""), limit_cells=limit_cells, minutes=minutes, keep_models=keep_models, emit=emit,
            observer=board, command=context.obj or "",
        )
    conclude(out, finished)
    return 0


def print_plan(out: Console, status: SweepStatus) -> None:
    """Print what is done of each task, what will run, and for how long."""
    from sprachbund.report.numbers import plural

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "tuning", "cells", *(("probes",) if any(task.probes for task in status.tasks) else ())):
        table.add_column(name, justify="right" if name else "left")
    for task in status.tasks:
        tuning = f"{task.tuning_done} of {task.tuning_cells}" if task.tuning_cells else ""
        probes = [f"{task.probes_done} of {task.probes}"] if task.probes else []
        table.add_row(task.task, tuning, f"{task.done} of {task.cells}", *probes)
    out.print(table)
    if not status.missing:
        out.print("nothing to compute: all rows are there", highlight=False)
        return
    beside = f", {status.side_by_side} side by side" if status.side_by_side > 1 else ""
    out.print(f"\n{plural(len(status.missing), 'cell')} to compute{beside}:", highlight=False)
    for label in status.missing:
        out.print(f"  {label}", highlight=False, soft_wrap=True)
    measured = len(status.missing) - status.unmeasured
    if measured:
        out.print(f"about {duration(status.seconds)} for {plural(measured, 'cell')}, by those of the same task that "
                  "ran", highlight=False)
    if status.unmeasured:
        out.print(f"{plural(status.unmeasured, 'cell')} of tasks of which none was measured yet, or no probe",
                  highlight=False)


def conclude(out: Console, finished: SweepRun) -> None:
    """Print the findings, and where the sweep stands."""
    from sprachbund.report.numbers import plural
    from sprachbund.report.sweep_terminal import print_sweep

    state = finished.state
    if finished.finished is not None:
        print_sweep(out, finished.finished.findings)
        out.print()
    out.print(f"{plural(state.computed, 'cell')} computed now, {len(state.done)} done, {len(state.missing)} missing",
              highlight=False)
    if state.missing:
        out.print("the same command again goes on with those that are missing", highlight=False)
    if finished.finished is not None:
        out.print(f"report  {finished.finished.report}", highlight=False, soft_wrap=True)
    out.print(f"rows    {finished.folder / 'rows'}", highlight=False, soft_wrap=True)
    if (finished.folder / "probes").is_dir():
        out.print(f"probes  {finished.folder / 'probes'}", highlight=False, soft_wrap=True)


command = typer.main.get_command(app)
