"""References of what a run used, as BibTeX: data sets by their cards, methods by `references.yaml`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from pydantic import Field

from sprachbund.core.config import Config, parse_yaml, validate
from sprachbund.report.run_info import DataNote

FILE = "references.yaml"
_CITATION = re.compile(r"(?P<authors>[^()]+) \((?P<year>[0-9]{4})\)\. (?P<title>.+?[.?!]) (?P<venue>[^.]+)"
                       r"(\. (?P<rest>.+))?\.?")
_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "&": r"\&", "%": r"\%",
    "$": r"\$", "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": "$-$", "–": "--",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A work to cite.

    Args:
        key: of the BibTeX entry.
        title: of the work; the whole citation where it could not be taken apart.
        authors: surnames; "others" last for et al.
        year, venue, arxiv: as far as they are known, else "".
        notes: what else to say: licence, source.
    """

    key: str
    title: str
    authors: tuple[str, ...] = ()
    year: str = ""
    venue: str = ""
    arxiv: str = ""
    notes: tuple[str, ...] = ()


class _Method(Config):
    """An entry of `references.yaml`."""

    key: str = Field(pattern=r"^[A-Za-z0-9:_-]+$")
    authors: tuple[str, ...] = Field(min_length=1)
    title: str
    year: int
    venue: str
    arxiv: str = Field("", pattern=r"^([0-9]{4}\.[0-9]{4,5})?$")
    of: tuple[str, ...] = ()
    encoders: tuple[str, ...] = ()


class _Methods(Config):
    """The whole file."""

    references: tuple[_Method, ...]


@cache
def _methods() -> tuple[_Method, ...]:
    text = (files("sprachbund.report") / FILE).read_text(encoding="utf-8")
    return validate(parse_yaml(text, FILE), _Methods, FILE).references


def method_references(names: Iterable[str], encoders: Iterable[str] = ()) -> tuple[Reference, ...]:
    """References of methods and encoders, in the order of the file.

    Args:
        names: "kind:name", such as "fusion:dlfa" or "metric:span_f1"; those without a reference are our own.
        encoders: names of encoders as given to a run.
    """
    wanted, opened = set(names), tuple(encoders)
    return tuple(_reference(method) for method in _methods() if wanted.intersection(method.of) or any(
        re.fullmatch(pattern, name, re.IGNORECASE) for pattern in method.encoders for name in opened))


def _reference(method: _Method) -> Reference:
    return Reference(method.key, method.title, method.authors, str(method.year), method.venue, method.arxiv)


def data_references(notes: Iterable[DataNote]) -> tuple[Reference, ...]:
    """References of data sets, one a work: data sets of the same work share an entry that names them all."""
    found: dict[str, Reference] = {}
    for note in notes:
        if not note.citation:
            continue
        made = _cited(note.key or _key(note.citation), note.citation)
        told = "; ".join(part for part in (f"data set {note.name}", note.url,
                                           f"licence: {note.licence}" if note.licence else "") if part)
        known = found.get(made.key, made)
        found[made.key] = replace(known, notes=tuple(dict.fromkeys((*known.notes, *made.notes, told))))
    return tuple(found.values())


def _cited(key: str, citation: str) -> Reference:
    """A card's sentence taken apart: authors (year). Title. Venue. More."""
    flat = " ".join(citation.split())
    found = _CITATION.fullmatch(flat)
    if found is None:
        year = re.search(r"\b(19|20)[0-9]{2}\b", flat)
        return Reference(key, flat.rstrip("."), year=year.group() if year else "")
    authors = re.sub(r" et al\.?$", ", others", found["authors"])
    names = tuple(name.strip() for name in re.split(r", | and ", authors) if name.strip())
    title = found["title"].removesuffix(".")
    return Reference(key, title, names, found["year"], found["venue"], notes=(found["rest"].rstrip("."),)
                     if found["rest"] else ())


def _key(citation: str) -> str:
    """A key made of the citation's first word and year, for data without a card."""
    plain = unicodedata.normalize("NFKD", citation).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+", plain)
    year = re.search(r"[0-9]{4}", plain)
    return "-".join([*words[:2], *([year.group()] if year else [])]) or "data"


def bibtex(references: Iterable[Reference]) -> str:
    """References as a BibTeX file in UTF-8; of two with one key the first stays and gets the other's notes."""
    merged: dict[str, Reference] = {}
    for reference in references:
        known = merged.get(reference.key)
        merged[reference.key] = reference if known is None else replace(
            known, notes=tuple(dict.fromkeys((*known.notes, *reference.notes))), arxiv=known.arxiv or reference.arxiv)
    return "\n".join(map(_entry, merged.values()))


def _entry(reference: Reference) -> str:
    fields = {
        "author": " and ".join(name if name == "others" else f"{{{bibtex_text(name)}}}" for name in reference.authors),
        "title": f"{{{bibtex_text(reference.title)}}}", "year": reference.year,
        "howpublished": bibtex_text(reference.venue), "eprint": reference.arxiv,
        "archiveprefix": "arXiv" if reference.arxiv else "", "note": bibtex_text(". ".join(reference.notes)),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{reference.key},", *lines, "}"]) + "\n"


def bibtex_text(text: str) -> str:
    r"""A text as the value of a field: braces always balance, whatever it holds.

    >>> bibtex_text("R&D {50 %}")
    'R\\&D \\textbraceleft{}50 \\%\\textbraceright{}'
    """
    flat = " ".join(text.split())
    return "".join(_ESCAPES.get(character, character) for character in flat
                   if unicodedata.category(character) not in ("Cc", "Cs", "Cn"))
