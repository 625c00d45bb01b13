"""Where corpora come from: the interface that every place of data (folder, pattern, bundled set) answers to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sprachbund.core.errors import DataError
from sprachbund.data.card import DatasetCard
from sprachbund.data.examples import Corpus, ExampleStream
from sprachbund.languages.language import find_variant

SPLIT_NAMES = {"train": "train", "training": "train", "dev": "dev", "valid": "dev", "validation": "dev", "val": "dev",
               "test": "test"}
"""Usual names of splits -> ours."""


def split_name(name: str) -> str:
    """Our name of a split; names that are not usual stay as they are.

    >>> split_name("Validation"), split_name("test_2016")
    ('dev', 'test_2016')
    """
    return SPLIT_NAMES.get(name.lower(), name)


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

    def stream(self, language: str, split: str) -> ExampleStream:
        """Read one language and split, an example at a time; nothing is parsed before the first is taken.

        Raises:
            DataError: there is no such language or split; the message lists what there is.
            FormatError: the file breaks its format, while examples are taken.
        """
        ...

    def corpus(self, language: str, split: str) -> Corpus:
        """Read one language and split, whole; raises as `stream` does."""
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


class SomeLanguages:
    """Another source, of which only some languages are to be seen.

    Args:
        source: the whole data set.
        languages: codes or names of the languages to keep.

    Raises:
        LanguageError: an unknown language.
        DataError: a language of which the data set has no split at all.
    """

    def __init__(self, source: DataSource, languages: Sequence[str]) -> None:
        self._source = source
        self._codes = {find_variant(language).code for language in languages}
        present = {code for split in set(SPLIT_NAMES.values()) for code in source.languages(split)}
        missing = sorted(self._codes - present)
        if missing:
            raise DataError(f"the data set {source.name} has nothing in {', '.join(missing)}",
                            remedy=f"it has: {', '.join(sorted(present))}")

    @property
    def name(self) -> str:
        """Name of the whole data set."""
        return self._source.name

    @property
    def card(self) -> DatasetCard | None:
        """Card of the whole data set."""
        return self._source.card

    def languages(self, split: str) -> list[str]:
        """Codes of the kept languages that have a split, sorted."""
        return [code for code in self._source.languages(split) if code in self._codes]

    def stream(self, language: str, split: str) -> ExampleStream:
        """Read one of the kept languages; see `DataSource.stream`."""
        return self._source.stream(self._kept(language), split)

    def corpus(self, language: str, split: str) -> Corpus:
        """Read one of the kept languages; see `DataSource.corpus`."""
        return self._source.corpus(self._kept(language), split)

    def fingerprint(self, language: str, split: str) -> str:
        """See `DataSource.fingerprint`."""
        return self._source.fingerprint(self._kept(language), split)

    def path(self, language: str, split: str) -> Path | None:
        """See `DataSource.path`."""
        return self._source.path(self._kept(language), split)

    def _kept(self, language: str) -> str:
        code = find_variant(language).code
        if code not in self._codes:
            raise DataError(f"{code} is not among the languages chosen from {self.name}",
                            remedy=f"chosen: {', '.join(sorted(self._codes))}")
        return code
