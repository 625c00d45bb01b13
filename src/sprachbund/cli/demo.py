"""`sprachbund demo`: what the library is for, in minutes, on the data and the encoder it brings along."""

from __future__ import annotations

import typer

import sprachbund as sb
from sprachbund.cli.options import AsJson, Executor, OutputHere, Store
from sprachbund.cli.show import show_run

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def demo(
    output: OutputHere = "sprachbund-demo", store: Store = None, executor: Executor = "auto", json: AsJson = False
) -> int:
    """Train on English voice commands only, measure 40 and more languages, last layer against DLFA.

    Everything comes with the installation: the encoder (multilingual-e5-small), sentences in 49 languages and
    variants; nothing is downloaded. (On other machines than Linux x86-64 the encoder comes from its hub.) The
    settings are those of a study file, printed by the report.
    """
    return show_run(lambda emit: sb.demo(output=output, store=store, executor=executor, emit=emit), json=json)


command = typer.main.get_command(app)
