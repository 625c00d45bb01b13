"""`sprachbund adapt`: an encoder on raw text, before any task."""

from __future__ import annotations

import json as json_module
import sys
import time
from typing import Annotated, Any

import typer

from sprachbund.cli.options import DataDir, Executor, Store, raw_texts, scalar
from sprachbund.cli.terminal import Display, console
from sprachbund.core.errors import ConfigError, Fault
from sprachbund.report.numbers import duration

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def adapt(
    encoder: Annotated[str, typer.Argument(metavar="ENCODER", help="bundled:multilingual-e5-small, a hub id or a "
                                           "folder in hub layout.")],
    text: Annotated[list[str], typer.Option(help="A file of raw text, or a pattern with {language}; repeat it for "
                                            "several. A text a line, or a column of TSV or JSONL.")],
    output: Annotated[str, typer.Option("--output", "-o", help="New folder for the adapted encoder.")],
    languages: Annotated[str | None, typer.Option(help="Languages that are read, as de,fr. Default: all that the "
                                                  "patterns find.")] = None,
    column: Annotated[str | None, typer.Option(help="Column that holds the text: a name, or a number from 1.")] = None,
    format: Annotated[str | None, typer.Option(help="lines, tsv or jsonl, where the file ending does not say "
                                               "it.")] = None,
    data_dir: DataDir = None,
    epochs: Annotated[float | None, typer.Option(help="Passes over the text; fractions allowed. Default: 1.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps, in place of epochs.")] = None,
    rate: Annotated[float | None, typer.Option(help="Share of pieces that are hidden. Default: 0.15.")] = None,
    whole_words: Annotated[bool, typer.Option("--whole-words", help="Hide all pieces of a word or none.")] = False,
    packed: Annotated[bool, typer.Option("--packed", help="Fill windows with several texts.")] = False,
    full_vocabulary: Annotated[bool, typer.Option("--full-vocabulary", help="Look for hidden pieces among all, not "
                                                  "only those that the text uses.")] = False,
    max_pieces: Annotated[int | None, typer.Option(help="Longest window. Default: 128.")] = None,
    batch_pieces: Annotated[int | None, typer.Option(help="Padded pieces of a batch.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Of the encoder. Default: 1e-4.")] = None,
    held_out: Annotated[float | None, typer.Option(help="Share of the texts that is measured on. Default: "
                                                   "0.05.")] = None,
    seed: Annotated[int | None, typer.Option(help="Default: 1.")] = None,
    threads: Annotated[int | None, typer.Option(help="Processor threads.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1 ...")] = None,
    set: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any other setting, as "
                                                  "masking.mask_share=1.")] = None,
    allow_pickle: Annotated[bool, typer.Option("--allow-pickle", help="Read pickled weights: they can run "
                                               "code.")] = False,
    store: Store = None,
    executor: Executor = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print adaptation.json instead of a table.")] = False,
) -> int:
    """Let an encoder learn to find hidden pieces of raw text (masked-language adaptation), before any task.

    The folder is an encoder as any other: sprachbund run --encoder FOLDER.
    """
    given: dict[str, Any] = {
        "epochs": epochs, "steps": steps, "packed": packed or None, "max_pieces": max_pieces,
        "output_vocabulary": "full" if full_vocabulary else None, "batch_pieces": batch_pieces,
        "learning_rate": learning_rate, "held_out": held_out, "seed": seed, "threads": threads, "device": device,
    }
    settings = {name: value for name, value in given.items() if value is not None}
    settings["text"] = raw_texts(text, languages, column, format)
    settings["masking"] = {name: value for name, value in (("rate", rate), ("whole_words", whole_words)) if value}
    for item in set or ():
        _place(settings, item)
    from sprachbund.api_adapt import adapt as run_adapt  # these import torch, which `--help` does without
    from sprachbund.report.adaptation_terminal import print_adaptation

    began = time.monotonic()
    out = console(stderr=json)
    display = Display(out)
    with display.live() as emit:
        finished = run_adapt(encoder, output=output, data_dir=data_dir, store=store, executor=executor,
                             allow_pickle=allow_pickle, emit=emit, **settings)
    if json:
        json_module.dump(finished.adaptation.model_dump(mode="json"), sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    print_adaptation(out, finished.adaptation, finished.notes)
    out.print(f"\n{display.executed} stages run, {display.hits} found in the store "
              f"({duration(time.monotonic() - began)})", highlight=False)
    out.print(f"encoder  {finished.folder}", highlight=False, soft_wrap=True)
    return 0


def _place(settings: dict[str, Any], item: str) -> None:
    """`--set masking.mask_share=1`."""
    path, separator, value = item.partition("=")
    if not separator:
        raise ConfigError([Fault("--set", f"expected KEY=VALUE, got {item!r}")], "the command line")
    group, _, key = path.partition(".")
    if key:
        settings[group] = {**settings.get(group, {}), key: scalar(value)}
    else:
        settings[group] = scalar(value)


command = typer.main.get_command(app)
