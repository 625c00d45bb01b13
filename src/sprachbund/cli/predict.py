"""`sprachbund predict`: label text or files with a trained model, as a stream."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from sprachbund.cli.options import Store
from sprachbund.core.errors import ConfigError, Fault
from sprachbund.core.files import write_aside
from sprachbund.data.examples import Example
from sprachbund.data.inputs import read_file, read_texts
from sprachbund.data.labels import Kind
from sprachbund.report.predictions import write_predictions

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def predict(
    model: Annotated[str, typer.Argument(help="A saved model: folder, hub id, or the output folder of a run.")],
    files: Annotated[list[str] | None, typer.Argument(help="Files to label, `-` for standard input (the default). "
                                                      ".conllu (for taggers), .tsv, .csv and .jsonl (for "
                                                      "classifiers, or with choices), SQuAD's .json (for questions), "
                                                      "frames as .conll or .jsonl (for intents and slots) are read as "
                                                      "such, all else as one text a line; "
                                                      ".gz as it stands.")] = None,
    text: Annotated[list[str] | None, typer.Option("--text", "-t", help="Text on the command line.")] = None,
    pair: Annotated[str | None, typer.Option(help="The second text of a pair, for one --text; the context of a "
                                             "question.")] = None,
    to: Annotated[str, typer.Option("--to", help="table, conllu or jsonl.")] = "table",
    output: Annotated[str | None, typer.Option("--output", "-o", help="File to write. Default: the terminal.")] = None,
    system: Annotated[str | None, typer.Option(help="System, of a run that has several.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed, of a run that has several; default: the smallest.")] = None,
    store: Store = None,
    precision: Annotated[str, typer.Option(help="auto, bf16 or fp32.")] = "auto",
    allow_pickle: Annotated[bool, typer.Option("--allow-pickle", help="Read pickled weights: they can run "
                                               "code.")] = False,
    trust_remote_code: Annotated[str | None, typer.Option(help="Repeat the model's name to run code that comes "
                                                          "with it.")] = None,
) -> int:
    """Label text. Reads and writes as a stream: memory does not grow with the file."""
    if pair is not None and not text:
        what = "the second text of a pair needs the first one: --text"
        raise ConfigError([Fault("--pair", f"{what}; files hold both, as columns")], "the command line")
    from sprachbund import api  # with it comes what reads runs, and `--help` does without

    loaded = api.open_model(model, system=system, seed=seed, store=store, allow_pickle=allow_pickle,
                            trust_remote_code=trust_remote_code)
    items = api.label(loaded, _inputs(files or [], text or [], pair, loaded.labels.kind), precision=precision)
    if output is None:
        write_predictions(items, sys.stdout, to)
        return 0
    with write_aside(Path(output)) as temporary, temporary.open("w", encoding="utf-8") as file:
        count = write_predictions(items, file, to)
    print(f"{count:,} examples written to {output}", file=sys.stderr)
    return 0


def _inputs(files: list[str], texts: list[str], pair: str | None, kind: Kind) -> Iterator[Example]:
    from_files = (read_file(name, kind) for name in files or ([] if texts else ["-"]))
    return chain(read_texts(texts, pair, kind), chain.from_iterable(from_files))


command = typer.main.get_command(app)
