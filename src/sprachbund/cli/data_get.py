"""`sprachbund data get`: copy a hub's data set into a data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sprachbund.cli.options import split
from sprachbund.cli.terminal import console
from sprachbund.core.errors import ConfigError, DataError, Fault
from sprachbund.data.catalogue import cards, find_card
from sprachbund.data.fetched import fetch
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.hub import HUB, open_hub
from sprachbund.data.labels import Kind
from sprachbund.languages.language import find_variant
from sprachbund.tasks.task import TASKS

_ALL = "all"


def get(
    name: Annotated[str, typer.Argument(help="A data set of the catalogue that is on the hub; hub:OWNER/NAME[@COMMIT]; "
                                        "or hub: and a local copy of a repository.")],
    output: Annotated[str, typer.Option("--output", "-o", help="Data folder to write to, the later --data-dir.")],
    languages: Annotated[str | None, typer.Option(help="Languages whose dev and test data are wanted, as de,fr. "
                                                  "Default: all.")] = None,
    train_languages: Annotated[str, typer.Option(help="Languages whose training data are wanted, or all.")] = "en",
    splits: Annotated[str, typer.Option(help="Splits that are wanted.")] = "train,dev,test",
    task: Annotated[str | None, typer.Option(help="tagging or classification; needed where there is no card.")] = None,
) -> int:
    """Copy a data set from the hub into a local folder that runs read without a network. Needs sprachbund\\[hub]."""
    asked = name.removeprefix(HUB)
    source = open_hub(asked, _kind(asked, task), ReaderOptions())
    out = console()

    def told(code: str, split_: str, count: int | None) -> None:
        out.print(f"{code} {split_}: {'is there' if count is None else f'{count:,} examples'}", highlight=False)

    folder = fetch(
        source, Path(output), splits=split(splits), told=told,
        train_languages=None if train_languages == _ALL else _codes(train_languages),
        languages=None if languages in (None, _ALL) else _codes(str(languages)))
    out.print(f"data  {folder}", highlight=False, soft_wrap=True)
    out.print(f"read  --data {source.name} --data-dir {output}", highlight=False, soft_wrap=True)
    for note in source.card.notes if source.card else ():
        out.print(f"[dim]{note}[/]", highlight=False)
    return 0


def _codes(text: str) -> list[str]:
    return [find_variant(name).code for name in split(text)]


def _kind(name: str, task: str | None) -> Kind:
    card = find_card(name)
    if card is None and "/" not in name and not Path(name).is_dir():
        known = ", ".join(each.name for each in cards() if each.hub is not None)
        raise DataError(f"there is no data set {name!r} in the catalogue",
                        remedy=f"on the hub are: {known}; others by their id, as {HUB}owner/name")
    if card is None and task is None:
        raise ConfigError([Fault("--task", "there is no card for this data set: say whether it is for tagging or "
                                 "classification")], "the command line")
    kind: Kind = TASKS.load(task or (card.task if card else "")).value.kind
    return kind
