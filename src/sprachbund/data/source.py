"""Where corpora come from: the interface that every place of data (folder, pattern, bundled set) answers to."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from sprachbund.data.card import DatasetCard
from sprachbund.data.examples import Corpus

SPLITS = ("train", "dev", "test")
"""The splits every data set is divided into, in the order in which they are listed."""


class DataSource(Protocol):
    """One data set, opened: which languages it has, their examples, and what identifies their content."""

    @property
    def name(self) -> str:
        """Name of the data set in rows and tables ("ud_pos")."""
        ...

    @property
    def card(self) -> DatasetCard | None:
        """The data set's card, or None for data without one."""
        ...

    def languages(self, split: str) -> list[str]:
        """Codes of the languages and variants that have a split, sorted."""
        ...

    def corpus(self, language: str, split: str) -> Corpus:
        """Read one language and split, whole.

        Raises:
            DataError: there is no such language or split; the message lists what there is.
            FormatError: the file breaks its format.
        """
        ...

    def fingerprint(self, language: str, split: str) -> str:
        """Sha256 over content, reader and options, without parsing; equals `Corpus.fingerprint`.

        Raises:
            DataError: there is no such language or split.
        """
        ...

    def path(self, language: str, split: str) -> Path | None:
        """The file behind a language and split, or None where the examples are made, not read.

        Raises:
            DataError: there is no such language or split.
        """
        ...
