"""`sprachbund probe`: what the layers of an encoder or a trained model hold."""

from __future__ import annotations

import json as json_module
import sys
import time
from typing import Annotated, Any

import typer

from sprachbund.cli.options import DataDir, Executor, Store, split
from sprachbund.cli.terminal import Display, console
from sprachbund.report.numbers import duration

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def probe(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL_OR_ENCODER", help="An encoder (bundled:..., hub id, folder), "
                                         "or a trained model: its folder, or the output folder of a run.")],
    data: Annotated[str | None, typer.Option(help="Parallel text: a data set's name or a folder. "
                                             "Default: tatoeba.")] = None,
    words: Annotated[str | None, typer.Option(help="Words with labels. Default: ud_pos.")] = None,
    task_data: Annotated[str | None, typer.Option(help="What a trained model is scored on. Default: its own.")] = None,
    data_dir: DataDir = None,
    languages: Annotated[str | None, typer.Option(help="Languages or sets, as de,fr or xnli. Default: those of "
                                                  "XTREME.")] = None,
    measures: Annotated[str | None, typer.Option(help="Of retrieval, cka, language_identity, similarity, pos, removal, "
                                                 "gates. Default: all that the data allow.")] = None,
    sentences: Annotated[int | None, typer.Option(help="Pairs a language. Default: 500.")] = None,
    before: Annotated[str | None, typer.Option(help="Encoder that a trained model is held against; none for none. "
                                               "Default: the one it was trained from.")] = None,
    rank: Annotated[int | None, typer.Option(help="Dimensions taken out of a state. Default: two a language.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, bf16 or fp32.")] = None,
    threads: Annotated[int | None, typer.Option(help="Processor threads.")] = None,
    system: Annotated[str | None, typer.Option(help="Which system of a run.")] = None,
    model_seed: Annotated[int | None, typer.Option(help="Which seed of a run.")] = None,
    allow_pickle: Annotated[bool, typer.Option("--allow-pickle", help="Read pickled weights: they can run "
                                               "code.")] = False,
    trust_remote_code: Annotated[str | None, typer.Option(help="Repeat the model's name to run code that comes "
                                                          "with it.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the probe.")] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Folder for the report. "
                                               "Default: runs/probe-NAME.")] = None,
    store: Store = None,
    executor: Executor = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print probe.json instead of tables.")] = False,
) -> int:
    """Measure what each layer holds: meaning across languages, the language itself, structure; before and after."""
    given: dict[str, Any] = {
        "data": data, "words": words, "task_data": task_data, "data_dir": data_dir, "sentences": sentences,
        "rank": rank, "precision": precision, "threads": threads, "trust_remote_code": trust_remote_code, "name": name,
        "languages": split(languages) if languages else None,
        "measures": [part.replace("-", "_") for part in split(measures)] if measures else None,
        "before": "" if before == "none" else before, "allow_pickle": allow_pickle or None,
    }
    settings = {key: value for key, value in given.items() if value is not None}
    from sprachbund.api_probe import probe as run_probe  # these import torch, which `--help` does without
    from sprachbund.report.probe_terminal import print_probe

    began = time.monotonic()
    out = console(stderr=json)
    display = Display(out)
    with display.live() as emit:
        finished = run_probe(model, output=output, store=store, executor=executor, system=system,
                             model_seed=model_seed, emit=emit, command=context.obj or "", **settings)
    if json:
        json_module.dump(finished.to_json(), sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    print_probe(out, finished.findings)
    out.print(f"\n{display.executed} stages run, {display.hits} found in the store "
              f"({duration(time.monotonic() - began)})", highlight=False)
    out.print(f"report  {finished.report}", highlight=False, soft_wrap=True)
    return 0


command = typer.main.get_command(app)
