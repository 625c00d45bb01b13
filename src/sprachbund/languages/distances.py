"""How far languages are from each other by URIEL (Littell et al. 2017), for any pair, from a shipped table.

`uriel.csv` has URIEL's vectors for the languages of `languages.csv`; its head names licence and version. Of
each feature it keeps whether it is attested (`0`, `1`) or predicted by URIEL from related and near languages
(`n`, `y`). Where URIEL knows a macrolanguage (Arabic) less well than its largest member, or the other way
round, the columns `..._of` say under which ISO 639-3 code a block was looked up.

Distances are those that Lauscher et al. (2020, section 4) take from lang2vec: one minus the cosine of
`syntax_knn`, `phonology_knn`, `inventory_knn`, of all three together (featural), and of the memberships in
Glottolog's groups (genetic); geographic is the great circle over half the circumference of the earth. They
are not the ready-made distances that later versions of lang2vec download, and do not reproduce them.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from sprachbund.languages.language import LANGUAGES

Kind = Literal["syntactic", "phonological", "inventory", "featural", "genetic", "geographic"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The kinds of distance; each lies between 0 (alike) and 1."""

SOURCE = "URIEL (Littell et al. 2017), of lang2vec 1.1.2; CC BY-SA 4.0"
"""What stands below everything made of the table."""

_BLOCKS: Mapping[Kind, tuple[str, ...]] = {
    "syntactic": ("syntax",), "phonological": ("phonology",), "inventory": ("inventory",),
    "featural": ("syntax", "phonology", "inventory"),
}


@dataclass(frozen=True, slots=True)
class Typology:
    """What URIEL has of a language.

    Args:
        code: our code.
        blocks: "syntax" (103 features), "phonology" (28), "inventory" (158), as the table writes them: `0`, `1`
            attested, `n`, `y` predicted, in lang2vec's order.
        lineage: the Glottolog groups it belongs to; empty for an isolate and where URIEL has none.
        place: latitude and longitude in degrees, or None.
    """

    code: str
    blocks: Mapping[str, str]
    lineage: frozenset[str]
    place: tuple[float, float] | None

    def attested(self, kind: Kind) -> float:
        """Share of the features of a kind that somebody described; the others are predicted.

        Raises:
            ValueError: a kind without features.
        """
        if kind not in _BLOCKS:
            raise ValueError(f"{kind} distance is not made of features")
        values = "".join(self.blocks[name] for name in _BLOCKS[kind])
        return sum(value in "01" for value in values) / len(values)


def typology(code: str) -> Typology | None:
    """What URIEL has of a language, by its code in `languages.csv`; None where it has nothing.

    >>> typology("de").place
    (48.6, 12.5)
    >>> typology("tok") is None
    True
    """
    return _table().get(code)


def distance(kind: Kind, first: str, second: str) -> float | None:
    """The distance of two languages, by their codes in `languages.csv`; None where URIEL does not know one of them.

    An isolate shares no group with any other language: its genetic distance is 1.

    >>> round(distance("syntactic", "en", "de"), 3), round(distance("syntactic", "en", "ja"), 3)
    (0.097, 0.5)
    """
    one, other = typology(first), typology(second)
    if one is None or other is None:
        return None
    if first == second:
        return 0.0
    if kind == "geographic":
        return _great_circle(one.place, other.place) if one.place and other.place else None
    if kind == "genetic":
        return _genetic(one, other)
    names = _BLOCKS[kind]
    return _cosine_distance(*("".join(side.blocks[name] for name in names) for side in (one, other)))


@cache
def world() -> tuple[tuple[float, float], ...]:
    """Where the languages of the world are spoken: latitude and longitude on a grid of 1.5 degrees, each place once."""
    return tuple((float(row["latitude"]), float(longitude))
                 for row in _rows("world.csv") for longitude in row["longitudes"].split())


def _cosine_distance(first: str, second: str) -> float:
    ones = [value in "1y" for value in first], [value in "1y" for value in second]
    size = math.sqrt(sum(ones[0]) * sum(ones[1]))
    shared = sum(a and b for a, b in zip(*ones, strict=True))
    return max(0.0, 1 - shared / size) if size else 1.0


def _genetic(one: Typology, other: Typology) -> float | None:
    if not all(side.lineage or LANGUAGES[side.code].family.endswith("(isolate)") for side in (one, other)):
        return None
    size = math.sqrt(len(one.lineage) * len(other.lineage))
    return max(0.0, 1 - len(one.lineage & other.lineage) / size) if size else 1.0


def _great_circle(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The haversine formula, over half the circumference."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(math.radians, place)) for place in (first, second))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * math.asin(min(1.0, math.sqrt(chord))) / math.pi


@cache
def _table() -> Mapping[str, Typology]:
    return MappingProxyType({row["code"]: _typology(row) for row in _rows("uriel.csv") if row["features_of"]})


def _typology(row: Mapping[str, str]) -> Typology:
    place = (float(row["latitude"]), float(row["longitude"])) if row["latitude"] else None
    lineage = frozenset(row["lineage"].split(";")) if row["lineage"] else frozenset()
    blocks = MappingProxyType({name: row[name] for name in ("syntax", "phonology", "inventory")})
    return Typology(row["code"], blocks, lineage, place)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("sprachbund.languages").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
