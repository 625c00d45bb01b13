"""`sprachbund export`: a trained model as a folder with an ONNX graph, checked against torch."""

from __future__ import annotations

import json as json_module
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from sprachbund.cli.options import Store
from sprachbund.cli.terminal import console
from sprachbund.core.errors import ConfigError, Fault

if TYPE_CHECKING:
    from sprachbund.pipeline.export import Exported

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def export(
    model: Annotated[str, typer.Argument(help="A saved model: folder, hub id, or the output folder of a run.")],
    onnx: Annotated[bool, typer.Option("--onnx", help="As an ONNX graph: encoder, fusion and head in one.")] = False,
    int8: Annotated[bool, typer.Option("--int8", help="Weights in 8 bits: a quarter of the size, and faster.")] = False,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Folder to write. Default: the model's name "
                                               "with -onnx or -onnx-int8, here.")] = None,
    check: Annotated[str | None, typer.Option(metavar="FILE", help="Labelled sentences to check on, as `predict` "
                                              "reads them. Default: the dev data that the store keeps of the "
                                              "training.")] = None,
    accept_loss: Annotated[float | None, typer.Option(min=0, metavar="POINTS", help="What int8 may lose. "
                                                      "Default: 0.3.")] = None,
    system: Annotated[str | None, typer.Option(help="System, of a run that has several.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed, of a run that has several; default: the smallest.")] = None,
    store: Store = None,
    allow_pickle: Annotated[bool, typer.Option("--allow-pickle", help="Read pickled weights: they can run "
                                               "code.")] = False,
    trust_remote_code: Annotated[str | None, typer.Option(help="Repeat the model's name to run code that comes "
                                                          "with it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what was checked as JSON.")] = False,
) -> int:
    """Export a model for onnxruntime, and check that it says what torch says.

    `sprachbund predict` and `sprachbund evaluate` run the folder like any model.
    """
    faults = [] if onnx else [Fault("--onnx", "name the format: --onnx is the one there is")]
    if accept_loss is not None and not int8:
        faults.append(Fault("--accept-loss", "only int8 loses anything: --int8"))
    if faults:
        raise ConfigError(faults, "the command line")
    from sprachbund import api  # with it comes what reads runs, and `--help` does without

    out = console(stderr=json)
    with out.status("reading the model") as status:
        exported = api.export(
            model, int8=int8, output=output, check=check, accept_loss=accept_loss, system=system, seed=seed,
            store=store, allow_pickle=allow_pickle, trust_remote_code=trust_remote_code, tell=status.update,
        )
    if json:
        json_module.dump({**asdict(exported), "folder": str(exported.folder),
                          "checked": [item.model_dump(mode="json") for item in exported.checked]}, sys.stdout, indent=1)
        print()
        return 0
    _print(exported, out)
    return 0


def _print(exported: Exported, out: Console) -> None:
    """One line a fact; the last line is what to type next."""
    fp32, last = exported.checked[0], exported.checked[-1]

    def line(name: str, text: str) -> None:
        out.print(f"{name:<9}{text}", highlight=False, soft_wrap=True)

    what = f"{fp32.data_set} {fp32.language} {fp32.split}" if fp32.split != "check" else fp32.data_set
    line("checked", f"{fp32.sentences:,} sentences of {escape(what)}, {fp32.words:,} predictions")
    line("fp32", f"all predictions as torch's; logits differ by at most {fp32.largest_difference:.1g}")
    if last.number_format == "int8":
        line("int8", f"{last.agreement:.2f} % of the predictions as torch's")
    if last.score_torch is not None and last.score_onnx is not None:
        change = last.score_onnx - last.score_torch
        line(last.metric, f"{last.score_torch:.2f} with torch, {last.score_onnx:.2f} in {last.number_format} "
                          f"({change:+.2f})")
    rates = [last.sentences / seconds for seconds in (last.seconds_torch, last.seconds_onnx)]
    line("speed", f"{rates[0]:,.0f} sentences a second with torch, {rates[1]:,.0f} in {last.number_format} "
                  f"({rates[1] / rates[0]:.1f} times; once, on {_threads(last.threads)})")
    size = f"{exported.bytes_written / 1e6:,.0f} MB"
    line("size", size + (f" ({exported.bytes_fp32 / 1e6:,.0f} MB in fp32)" if len(exported.checked) > 1 else ""))
    line("written", escape(str(exported.folder)))
    out.print(f"\nsprachbund predict {escape(str(exported.folder))} --text ...", highlight=False, soft_wrap=True)


def _threads(count: int) -> str:
    return "one thread" if count == 1 else f"{count} threads"


command = typer.main.get_command(app)
