"""`sprachbund sweep`: tasks x aggregators x layers x seeds, cell by cell; goes on where it stood."""

from __future__ import annotations

from typing import Annotated

import typer

from sprachbund.cli.options import DataDir, Executor, Store, integers, split
from sprachbund.cli.terminal import Display, console

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def sweep(
    config: Annotated[str, typer.Argument(metavar="SWEEP.yaml", help="Tasks, aggregators, seeds, tuning.")],
    data_dir: DataDir = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Folder for rows and report. "
                                               "Default: runs/NAME.")] = None,
    rows: Annotated[str | None, typer.Option(help="Another folder of row files: cells whose rows lie there are "
                                             "done.")] = None,
    seeds: Annotated[str | None, typer.Option(help="Seeds, as 1,2,3. Default: those of the file.")] = None,
    only: Annotated[str | None, typer.Option(help="Tasks, as POS,NER. Default: all of the file.")] = None,
    limit_cells: Annotated[int | None, typer.Option(min=0, help="Stop after so many cells.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Begin no cell after so many minutes.")] = None,
    keep_models: Annotated[bool, typer.Option("--keep-models", help="Leave all trained models in the store.")] = False,
    store: Store = None,
    executor: Executor = "auto",
) -> int:
    """Train and measure every aggregator, with every layer and seed, on every task of a file.

    A finished cell leaves its rows in OUTPUT/rows and is never computed again, on this machine or another.
    """
    from sprachbund.api_sweep import sweep as run_sweep  # these import torch, which `--help` does without
    from sprachbund.cli.sweep_board import SweepBoard

    out = console()
    display = Display(out)
    board = SweepBoard(out, display)
    with display.live() as emit:
        finished = run_sweep(
            config, data_dir=data_dir, output=output, rows=rows, store=store, executor=executor,
            seeds=integers("--seeds", seeds) if seeds else None, only=split(only or ""), limit_cells=limit_cells,
            minutes=minutes, keep_models=keep_models, emit=emit, observer=board,
        )
    board.conclude(finished)
    return 0


command = typer.main.get_command(app)
