"""`sprachbund suite xtreme | xtreme-r | score`: suites of benchmarks, run and scored as their own evaluators do."""

from __future__ import annotations

import json as json_module
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sprachbund.cli.options import DataDir, Executor, Store, fusion_values, scalar, split
from sprachbund.cli.terminal import Display, console
from sprachbund.core.errors import ConfigError, Fault

if TYPE_CHECKING:
    from sprachbund.report.finished_suite import FinishedSuite

app = typer.Typer(add_completion=False, rich_markup_mode="rich", help="Suites of benchmarks: XTREME, XTREME-R.")


Encoder = Annotated[str | None, typer.Option(help="bundled:multilingual-e5-small, a hub id or a folder.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="TASK", help="Only this task; repeat it for more.")]
Limit = Annotated[int | None, typer.Option(min=1, help="A smoke run: learn and score at most so many examples.")]
Fusion = Annotated[str | None, typer.Option(help="Fusion of layers, as dlfa:layer=10. Default: last_layer.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of training.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of training in place of "
                                               "the recipe's, as epochs=1.")]
Output = Annotated[str | None, typer.Option("--output", "-o", help="Folder for scores, report and predictions. "
                                            "Default: runs/SUITE-ENCODER.")]
Json = Annotated[bool, typer.Option("--json", help="Print scores.json instead of tables.")]


@app.command("xtreme")
def xtreme(
    context: typer.Context, encoder: Encoder = None, data_dir: DataDir = None, only: Only = None, limit: Limit = None,
    fusion: Fusion = None, seed: Seed = 1, set: Set = None, output: Output = None, store: Store = None,
    executor: Executor = "auto", json: Json = False,
) -> int:
    """Run XTREME's tasks with its recipes: score table, published rows beside it, a folder of predictions."""
    return _run("xtreme", context, json=json, encoder=encoder, data_dir=data_dir, only=only, limit=limit, fusion=fusion,
                seed=seed, set=set, output=output, store=store, executor=executor)


@app.command("xtreme-r")
def xtreme_r(
    context: typer.Context, encoder: Encoder = None, data_dir: DataDir = None, only: Only = None, limit: Limit = None,
    fusion: Fusion = None, seed: Seed = 1, set: Set = None, output: Output = None, store: Store = None,
    executor: Executor = "auto", json: Json = False,
) -> int:
    """Run those tasks of XTREME-R that have a recipe here; the others are named as missing."""
    return _run("xtreme-r", context, json=json, encoder=encoder, data_dir=data_dir, only=only, limit=limit,
                fusion=fusion, seed=seed, set=set, output=output, store=store, executor=executor)


def _run(suite: str, context: typer.Context, *, json: bool, **given: Any) -> int:
    from sprachbund.api_suite import run_suite  # these import pyarrow, which `--help` does without

    only = [name for text in given.pop("only") or () for name in split(text)]
    fusion, changed = given.pop("fusion"), given.pop("set") or ()
    out = console(stderr=json)
    display = Display(out)
    with display.live() as emit:
        finished = run_suite(suite, only=only, fusion=fusion_values(fusion) if fusion else None,
                             training=dict(map(_setting, changed)), emit=emit, command=str(context.obj or ""), **given)
    return _show(finished, json=json)


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError([Fault("--set", f"expected KEY=VALUE, got {text!r}")], "the command line")
    return name.strip().removeprefix("training."), scalar(value)


@app.command("score")
def score(
    context: typer.Context,
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Predictions, TASK/test-LANGUAGE.tsv; or a folder "
                                          "that holds predictions and labels.")],
    labels: Annotated[str | None, typer.Option(help="Folder of labels. Default: labels, below or beside the "
                                               "predictions.")] = None,
    suite: Annotated[str, typer.Option(help="xtreme or xtreme-r.")] = "xtreme",
    output: Annotated[str | None, typer.Option("--output", "-o", help="Folder for a report and tables.")] = None,
    json: Json = False,
) -> int:
    """Score predictions in XTREME's layout as its evaluator does: tasks, groups, overall, known faults named."""
    from sprachbund.api_suite import score_suite  # these import pyarrow, which `--help` does without

    finished = score_suite(folder, labels=labels, suite=suite, output=output, command=str(context.obj or ""))
    return _show(finished, json=json)


def _show(finished: FinishedSuite, *, json: bool) -> int:
    from sprachbund.report.suite_terminal import print_suite

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
