"""`sprachbund evaluate`: score a model trained elsewhere over all target languages, without training."""

from __future__ import annotations

from typing import Annotated

import typer

import sprachbund as sb
from sprachbund.cli.options import AsJson, DataDir, Executor, Output, Store, run_values
from sprachbund.cli.show import show_run

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def evaluate(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="A saved model: a folder or a hub id. Sprachbund's own models and "
                                         "transformers' token and sequence classification models are read.")],
    data: Annotated[str, typer.Option(help="A data set's name, a folder, or a pattern with {language}.")],
    task: Annotated[str | None, typer.Option(help="tagging or classification; default: what the model was "
                                             "trained for.")] = None,
    data_dir: DataDir = None,
    labels: Annotated[str | None, typer.Option(help="Label set, where a data set offers several.")] = None,
    format: Annotated[str | None, typer.Option(help="File format, where the file ending does not say it.")] = None,
    multiword: Annotated[str | None, typer.Option(help="CoNLL-U multiword tokens: xtreme, words or tokens.")] = None,
    source: Annotated[str | None, typer.Option(help="Source language; default: what the model says, else en.")] = None,
    targets: Annotated[str | None, typer.Option(help="Target languages, as de,fr,sw. Default: all.")] = None,
    split: Annotated[str | None, typer.Option(help="Split that is scored.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, bf16 or fp32.")] = None,
    test_limit: Annotated[int | None, typer.Option(help="Score a sample of this size a language.")] = None,
    unknown_labels: Annotated[str | None, typer.Option(help="Target labels that the model does not know: fail, or "
                                                       "ignore (left out with a count).")] = None,
    allow_pickle: Annotated[bool, typer.Option("--allow-pickle", help="Read pickled weights: they can run "
                                               "code.")] = False,
    trust_remote_code: Annotated[str | None, typer.Option(help="Repeat the model's name to run code that comes "
                                                          "with it.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    output: Output = None,
    store: Store = None,
    executor: Executor = "auto",
    json: AsJson = False,
) -> int:
    """Score a trained model over the source and all target languages."""
    own = {"allow_pickle", "trust_remote_code", "precision"}  # of the model here, not of a training
    values = run_values({key: value for key, value in context.params.items() if key not in own}, {})
    values |= {"precision": precision} if precision else {}
    return show_run(
        lambda emit: sb.evaluate(model, **values, allow_pickle=allow_pickle, trust_remote_code=trust_remote_code,
                                  output=output, store=store, executor=executor, emit=emit,
                                  command=context.obj or ""),
        json=json,
    )


command = typer.main.get_command(app)
