"""The catalogue: one card a data set, read from `cards/*.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from sprachbund.core.config import parse_yaml, validate
from sprachbund.core.errors import DataError, join_or, near_matches
from sprachbund.core.source import Location
from sprachbund.data.card import Citation, DatasetCard, HubData

__all__ = ["Citation", "DatasetCard", "HubData", "card", "cards", "find_card", "parse_card"]


@cache
def cards() -> tuple[DatasetCard, ...]:
    """All cards, sorted by name.

    Raises:
        DataError, ConfigError: a card is broken; with file and line.
    """
    folder = files("sprachbund.data") / "cards"
    found: dict[str, DatasetCard] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".yaml"):
            continue
        made = parse_card(file.read_text(encoding="utf-8"), f"cards/{file.name}")
        if made.name in found:
            raise DataError(f"there are two cards named {made.name!r}", where=Location(f"cards/{file.name}"))
        found[made.name] = made
    return tuple(found[name] for name in sorted(found))


def parse_card(text: str, name: str) -> DatasetCard:
    """Read one card from YAML; `name` stands in messages.

    Raises:
        DataError: not YAML.
        ConfigError: every fault at once, with its line.
    """
    return validate(parse_yaml(text, name), DatasetCard, name)


def find_card(name: str) -> DatasetCard | None:
    """The card of a name, or None."""
    return next((known for known in cards() if known.name == name), None)


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
