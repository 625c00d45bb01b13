"""`sprachbund retrieve`: sentences, answers and pairs found across languages, without training."""

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
def retrieve(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="ENCODER_OR_MODEL", help="An encoder (bundled:..., hub id, folder), "
                                         "or a trained model: its folder, or the output folder of a run.")],
    data: Annotated[str | None, typer.Option(help="A data set's name, a folder, or a pattern with {language}. "
                                             "Default: tatoeba.")] = None,
    data_format: Annotated[str | None, typer.Option("--format", help="parallel, bucc, lareqa or mewsli-x; tsv, csv or "
                                                    "jsonl for columns. Default: by the data's name.")] = None,
    translations: Annotated[str | None, typer.Option(help="Pattern of files that translate those of --data line by "
                                                     "line.")] = None,
    data_dir: DataDir = None,
    source: Annotated[str | None, typer.Option(help="Language of the translations. Default: en.")] = None,
    languages: Annotated[str | None, typer.Option(help="Languages or sets, as de,fr or xtreme-tatoeba. Default: all "
                                                  "that the data have.")] = None,
    layers: Annotated[str | None, typer.Option(help="Layers, as 7 or 0,7,12; fused for a trained model. Default: "
                                               "all.")] = None,
    pooling: Annotated[str | None, typer.Option(help="mean, first, or mean,first. Default: mean.")] = None,
    comparison: Annotated[str | None, typer.Option(help="cosine, or margin (ratio margin). Default: margin where pairs "
                                                   "are mined, else cosine.")] = None,
    neighbours: Annotated[int | None, typer.Option(help="Nearest neighbours of margins. Default: 4.")] = None,
    centred: Annotated[bool, typer.Option("--centred", help="Take each language's mean away first.")] = False,
    with_context: Annotated[bool, typer.Option("--context", help="LAReQA: read candidates with their "
                                               "paragraph.")] = False,
    max_pieces: Annotated[int | None, typer.Option(help="Longest text. Default: 512.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, bf16 or fp32.")] = None,
    threads: Annotated[int | None, typer.Option(help="Processor threads.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda.")] = None,
    system: Annotated[str | None, typer.Option(help="Which system of a run.")] = None,
    model_seed: Annotated[int | None, typer.Option(help="Which seed of a run.")] = None,
    allow_pickle: Annotated[bool, typer.Option("--allow-pickle", help="Read pickled weights: they can run "
                                               "code.")] = False,
    trust_remote_code: Annotated[str | None, typer.Option(help="Repeat the model's name to run code that comes "
                                                          "with it.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the output folder.")] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Folder for report and rows. "
                                               "Default: runs/retrieval-DATA-NAME.")] = None,
    store: Store = None,
    executor: Executor = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print retrieval.json instead of tables.")] = False,
) -> int:
    """Find translations, answers or hidden pairs across languages in any layer of an encoder, without training."""
    named = {key: value for key, value in (("name", data or "tatoeba"), ("format", data_format)) if value}
    given: dict[str, Any] = {
        "data": named, "translations": translations, "data_dir": data_dir, "source": source,
        "languages": split(languages) if languages else None, "layers": split(layers) if layers else None,
        "pooling": split(pooling) if pooling else None, "comparison": comparison, "neighbours": neighbours,
        "centred": centred or None, "context": with_context or None, "max_pieces": max_pieces, "precision": precision,
        "threads": threads, "device": device, "allow_pickle": allow_pickle or None,
        "trust_remote_code": trust_remote_code, "name": name,
    }
    settings = {key: value for key, value in given.items() if value is not None}
    from sprachbund.api_retrieve import retrieve as run_retrieval  # these import pyarrow, which `--help` does without
    from sprachbund.report.retrieval_terminal import print_retrieval

    began = time.monotonic()
    out = console(stderr=json)
    display = Display(out)
    with display.live() as emit:
        finished = run_retrieval(model, output=output, store=store, executor=executor, system=system,
                                 model_seed=model_seed, emit=emit, command=context.obj or "", **settings)
    if json:
        json_module.dump(finished.to_json(), sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    print_retrieval(out, finished.findings)
    out.print(f"\n{display.executed} stages run, {display.hits} found in the store "
              f"({duration(time.monotonic() - began)})", highlight=False)
    out.print(f"report  {finished.report}", highlight=False, soft_wrap=True)
    return 0


command = typer.main.get_command(app)
