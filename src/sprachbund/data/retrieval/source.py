"""The interface of retrieval data: what is looked up, among what, and what is right; and where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from sprachbund.core.errors import DataError, join_or
from sprachbund.core.registry import Registry
from sprachbund.core.source import Location
from sprachbund.data.card import DatasetCard
from sprachbund.data.catalogue import find_card
from sprachbund.data.examples import TextExample

Kind = Literal["parallel", "pool", "mining"]
"""parallel: row by row, each sentence among the translations of its own file. pool: questions of every language among
the candidates of all. mining: pairs hidden in two corpora."""

SHARED = "shared"
"""Stands for a language where candidates belong to none (Mewsli-X)."""


@dataclass(frozen=True)
class RetrievalPart:
    """What one language brings.

    Args:
        data_set, language, split: as in `Corpus`.
        queries: what is looked up; the sentences of the language where they are parallel or mined.
        candidates: what this language adds to that among which is looked: its answers, or the source language's side.
        right: identity of a query -> identities of right candidates, as far as this part knows. The same query may
            stand in several languages under one identity (LAReQA): then the parts together say what is right.
        notes: counted things a reader did.
    """

    data_set: str
    language: str
    split: str
    queries: tuple[TextExample, ...]
    candidates: tuple[TextExample, ...]
    right: Mapping[str, tuple[str, ...]]
    notes: dict[str, int] = field(default_factory=dict)


class RetrievalSource(Protocol):
    """One retrieval data set, opened: its files are found, nothing is parsed."""

    @property
    def name(self) -> str:
        """Name in rows and tables."""
        ...

    @property
    def card(self) -> DatasetCard | None:
        """The data set's card, or None."""
        ...

    @property
    def kind(self) -> Kind:
        """How it is scored."""
        ...

    def languages(self, split: str) -> list[str]:
        """Codes of the languages that have a split, sorted; `SHARED` is not among them."""
        ...

    @property
    def has_shared(self) -> bool:
        """Whether there are candidates that belong to no language (`part(SHARED, split)`)."""
        ...

    def part(self, language: str, split: str) -> RetrievalPart:
        """Read one language.

        Raises:
            DataError, FormatError: it is not there, or breaks its format; with file and line.
        """
        ...

    def fingerprint(self, language: str, split: str) -> str:
        """Sha256 over content, reader and options, without parsing."""
        ...


FORMATS = Registry(
    "retrieval format",
    "sprachbund.retrieval_formats",
    {
        "parallel": "sprachbund.data.retrieval.parallel:open_parallel",
        "bucc": "sprachbund.data.retrieval.bucc:open_bucc",
        "lareqa": "sprachbund.data.retrieval.lareqa:open_lareqa",
        "mewsli-x": "sprachbund.data.retrieval.mewsli_x:open_mewsli_x",
    },
)
"""Name -> a function of (settings, folder of data sets or None) that opens such data."""

_COLUMNS = ("tsv", "csv", "jsonl")  # readers of parallel text in columns
_BY_NAME = {"bucc2018": "bucc", "bucc": "bucc", "lareqa": "lareqa", "xquad-r": "lareqa", "mewslix": "mewsli-x",
            "mewsli-x": "mewsli-x"}


def format_of(name: str, chosen: str | None) -> str:
    """The format of a data set: as chosen, else by its name, else parallel text; a reader of columns is parallel text.

    >>> format_of("lareqa", None), format_of("corpora/{language}/test.tsv", None), format_of("mine", "bucc")
    ('lareqa', 'parallel', 'bucc')
    """
    if chosen in _COLUMNS:
        return "parallel"
    return chosen or _BY_NAME.get(name if "{" in name else Path(name).name.lower(), "parallel")


def open_retrieval(settings: Mapping[str, Any], data_dir: Path | None) -> RetrievalSource:
    """Open retrieval data.

    Args:
        settings: `name`, `format`, and whatever the format reads (`translations`, `context`).
        data_dir: the folder that holds data sets.

    Raises:
        DataError: it is not there.
        RegistryError: an unknown format.
    """
    chosen = format_of(str(settings["name"]), settings.get("format"))
    source: RetrievalSource = FORMATS.load(chosen).value(settings, data_dir)
    return source


def data_folder(settings: Mapping[str, Any], data_dir: Path | None, inside: tuple[str, ...] = ()) -> Path:
    """The folder of a data set: its name below the data folder or here, or the data folder itself.

    Args:
        settings, data_dir: as in `open_retrieval`.
        inside: folders that a download puts around the files ("xquad-r"), looked into where they are there.

    Raises:
        DataError: there is no such folder.
    """
    name = str(settings["name"])
    found = [Path(name)] if data_dir is None else [data_dir / name, Path(name)]
    if data_dir is not None and data_dir.name == Path(name).name:
        found.append(data_dir)
    for folder in found:
        if folder.is_dir():
            return next((folder / part for part in inside if (folder / part).is_dir()), folder)
    raise DataError(f"the data set {name} is not in {data_dir or 'this folder'}: there is no folder {name}",
                    remedy="give the folder that holds your data sets with --data-dir")


def card_of(name: str) -> DatasetCard | None:
    """The card of a retrieval data set, under whichever of its names it is asked for."""
    return find_card(name) or find_card(format_of(name, None))


def missing_language(source: RetrievalSource, language: str, split: str, place: str) -> DataError:
    """The error where a language has no such split."""
    known = source.languages(split)
    return DataError(f"the data set {source.name} has no {split} data in {language}", where=Location(place),
                     remedy=f"{split} data there are in: {join_or(known)}" if known else "check the folder")
