"""`sprachbund run`: train in a source language, evaluate zero-shot in all target languages."""

from __future__ import annotations

from typing import Annotated, Any

import typer

import sprachbund as sb
from sprachbund.cli.options import AsJson, DataDir, Executor, Output, Store, run_values
from sprachbund.cli.show import show_run
from sprachbund.core.config import read_yaml

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def run(
    context: typer.Context,
    config: Annotated[str | None, typer.Argument(metavar="CONFIG.yaml", help="A run's settings; flags below "
                                                 "replace what it says.")] = None,
    task: Annotated[str | None, typer.Option(help="tagging, classification, span_qa, intent_slots or "
                                             "multiple_choice.")] = None,
    data: Annotated[str | None, typer.Option(help="A data set's name, a folder <set>/<language>/<split>.<ext>, or a "
                                             "pattern with {language} and {split}.")] = None,
    test_data: Annotated[str | None, typer.Option(help="Target data where they lie in another data set.")] = None,
    data_dir: DataDir = None,
    labels: Annotated[str | None, typer.Option(help="Label set, where a data set offers several.")] = None,
    format: Annotated[str | None, typer.Option(help="File format, where the file ending does not say it.")] = None,
    multiword: Annotated[str | None, typer.Option(help="CoNLL-U multiword tokens: xtreme, words or tokens.")] = None,
    adapt_text: Annotated[list[str] | None, typer.Option(help="Let the encoder learn from raw text first: a file, or a "
                                                         "pattern with {language}.")] = None,
    adapt_languages: Annotated[str | None, typer.Option(help="Languages of that text, as de,fr. Default: all.")] = None,
    adapt_column: Annotated[str | None, typer.Option(help="Column of that text, in tables.")] = None,
    source: Annotated[str | None, typer.Option(help="Source language.")] = None,
    more_sources: Annotated[str | None, typer.Option(help="Further source languages, as de,ru.")] = None,
    few_shot: Annotated[int | None, typer.Option(help="Learn this many examples of each target too.")] = None,
    translate_train: Annotated[str | None, typer.Option(help="Learn translations too, 'mt/{language}.tsv'.")] = None,
    targets: Annotated[str | None, typer.Option(help="Target languages, as de,fr,sw. Default: all.")] = None,
    split: Annotated[str | None, typer.Option(help="Split that is scored.")] = None,
    encoder: Annotated[str | None, typer.Option(help="bundled:multilingual-e5-small, a hub id or a folder.")] = None,
    fusion: Annotated[list[str] | None, typer.Option(help="last_layer, average, dlfa ..., or dlfa:layer=10,"
                                                     "gate=sigmoid; repeat it to compare, the baseline first.")] = None,
    layer: Annotated[int | None, typer.Option(help="Lower layer of the fusion.")] = None,
    gate: Annotated[str | None, typer.Option(help="Gate of DLFA: literal or sigmoid.")] = None,
    integration: Annotated[str | None, typer.Option(help="DLFA's first step: mean or sum.")] = None,
    normalisation: Annotated[str | None, typer.Option(help="DLFA's normalisation: batch or layer.")] = None,
    reduction: Annotated[int | None, typer.Option(help="DLFA's reduction r.")] = None,
    pooling: Annotated[str | None, typer.Option(help="Classification reads: first or mean.")] = None,
    seeds: Annotated[str | None, typer.Option(help="Seeds, as 1,2,3.")] = None,
    epochs: Annotated[float | None, typer.Option(help="Passes over the training data; fractions allowed.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Of the encoder.")] = None,
    head_learning_rate: Annotated[float | None, typer.Option(help="Of fusion and head.")] = None,
    batch_pieces: Annotated[int | None, typer.Option(help="Padded pieces of a batch; default 750, in short trainings "
                                                          "fewer.")] = None,
    max_pieces: Annotated[int | None, typer.Option(help="Longest window.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, bf16 or fp32.")] = None,
    threads: Annotated[int | None, typer.Option(help="Processor threads of a training or prediction. "
                                               "Default: its share of the cores.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1 ...")] = None,
    train_limit: Annotated[int | None, typer.Option(help="Train on a sample of this size.")] = None,
    test_limit: Annotated[int | None, typer.Option(help="Score a sample of this size a language.")] = None,
    unknown_labels: Annotated[str | None, typer.Option(help="Target labels that the source does not know: fail, or "
                                                       "ignore (left out with a count).")] = None,
    allow_pickle: Annotated[bool, typer.Option("--allow-pickle", help="Read pickled weights: they can run "
                                               "code.")] = False,
    trust_remote_code: Annotated[str | None, typer.Option(help="Repeat the encoder's name to run code that comes "
                                                          "with it.")] = None,
    set: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any other setting, as "
                                                  "training.dropout=0.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    output: Output = None,
    store: Store = None,
    executor: Executor = "auto",
    json: AsJson = False,
) -> int:
    """Train in the source language and evaluate zero-shot in all target languages.

    Stages that ran before are found in the store and not run again; an interrupted run goes on where it stood.
    """
    base = read_yaml(config) if config else {}
    values: dict[str, Any] = run_values(context.params, base)
    return show_run(lambda emit: sb.run(config, **values, output=output, store=store, executor=executor, emit=emit,
                                         command=context.obj or ""), json=json)


command = typer.main.get_command(app)
