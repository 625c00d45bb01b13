"""The catalogue: one card a data set, read from `cards/*.yaml`; parallel texts, which no task learns from, apart."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from sprachbund.core.config import parse_yaml, validate
from sprachbund.core.errors import DataError, join_or, near_matches
from sprachbund.core.source import Location
from sprachbund.data.card import Citation, DatasetCard, HubData

__all__ = [
    "Citation", "DatasetCard", "HubData", "card", "cards", "find_card", "parallel_cards", "parse_card", "read_cards",
]


@cache
def cards() -> tuple[DatasetCard, ...]:
    """All cards of the package, sorted by name.

    Raises:
        DataError, ConfigError: a card is broken; with file and line.
    """
    return read_cards(files("sprachbund.data") / "cards")


@cache
def parallel_cards() -> tuple[DatasetCard, ...]:
    """Cards of parallel texts (`cards/parallel/*.yaml`): sentences with translations, for probes; no task is for them.

    Raises:
        DataError, ConfigError: as `cards`.
    """
    return read_cards(files("sprachbund.data") / "cards" / "parallel")


def read_cards(folder: Traversable) -> tuple[DatasetCard, ...]:
    """All cards in a folder, sorted by name.

    Raises:
        DataError: a file is not YAML, or two cards have one name.
        ConfigError: every fault of a card at once, with its line.
    """
    found: dict[str, tuple[DatasetCard, str]] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".yaml"):
            continue
        made = parse_card(file.read_text(encoding="utf-8"), f"cards/{file.name}")
        if made.name in found:
            raise DataError(f"the name {made.name!r} is taken by cards/{found[made.name][1]}",
                            where=Location(f"cards/{file.name}"), remedy="give each card a name of its own")
        found[made.name] = made, file.name
    return tuple(found[name][0] for name in sorted(found))


def parse_card(text: str, name: str) -> DatasetCard:
    """Read one card from YAML; `name` stands in messages.

    Raises:
        DataError: not YAML.
        ConfigError: every fault at once, with its line.
    """
    return validate(parse_yaml(text, name), DatasetCard, name)


def find_card(name: str) -> DatasetCard | None:
    """The card of a name, parallel texts included, or None."""
    return next((known for known in (*cards(), *parallel_cards()) if known.name == name), None)


def card(name: str) -> DatasetCard:
    """The card of a name.

    Raises:
        DataError: there is none, with near matches.
    """
    found = find_card(name)
    if found is None:
        near = near_matches(name, [known.name for known in cards()])
        hint = f"did you mean {join_or(near)}? " if near else ""
        raise DataError(f"there is no card for the data set {name!r}",
                        remedy=f"{hint}known: {', '.join(known.name for known in cards())}")
    return found
