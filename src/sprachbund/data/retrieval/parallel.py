"""Parallel text: sentences and their translations into the source language, in columns or in two files of lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sprachbund.core.canonical import canonical_json
from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.source import Location
from sprachbund.data.card import DatasetCard
from sprachbund.data.examples import Corpus, TextExample
from sprachbund.data.file_source import files_of_pattern
from sprachbund.data.locations import DataConfig, open_source
from sprachbund.data.retrieval.files import fingerprint_of, language_code, text_lines, with_or_without_gz
from sprachbund.data.retrieval.source import Kind, RetrievalPart, RetrievalSource, missing_language
from sprachbund.data.source import DataSource

VERSION = 1
_COLUMNS = ("tsv", "csv", "jsonl")
_LASER = "tatoeba."
_SORTED_FROM = 20  # so many lines do not stand in order by chance
_ALONE = "nothing is found among one sentence"


def open_parallel(settings: Mapping[str, Any], data_dir: Path | None) -> RetrievalSource:
    """Open parallel text.

    Args:
        settings: `name` is a data set or pattern of files with two columns; or, with `translations`, the pattern of the
            sentences' files of lines, `translations` that of the other side's; or a folder of LASER's
            (`tatoeba.deu-eng.deu`, `tatoeba.deu-eng.eng`).
        data_dir: the folder that holds data sets.

    Raises:
        DataError: nothing is there.
    """
    name, other = str(settings["name"]), settings.get("translations")
    if other:
        return _from_patterns(name, str(other), data_dir)
    for folder in [Path(name)] if data_dir is None else [data_dir / name, Path(name)]:
        if folder.is_dir() and (pairs := _laser_pairs(folder)):
            return LineFiles(folder.resolve().name, pairs, str(folder))
    known = {field: settings[field] for field in DataConfig.model_fields if settings.get(field) is not None}
    if known.get("format") not in _COLUMNS:
        known.pop("format", None)
    config = DataConfig.model_validate_json(canonical_json(known))
    return Columns(open_source(config, kind="sequence", formats=_COLUMNS, data_dir=data_dir))


@dataclass(frozen=True)
class Columns:
    """Files with a sentence and its translation in every row."""

    source: DataSource
    kind: Kind = "parallel"
    has_shared: bool = False

    @property
    def name(self) -> str:
        """Name of the data set."""
        return self.source.name

    @property
    def card(self) -> DatasetCard | None:
        """The data set's card."""
        return self.source.card

    def languages(self, split: str) -> list[str]:
        """Languages that have the split."""
        return self.source.languages(split)

    def fingerprint(self, language: str, split: str) -> str:
        """See `RetrievalSource`."""
        return self.source.fingerprint(language, split)

    def part(self, language: str, split: str) -> RetrievalPart:
        """Read one language.

        Raises:
            DataError: a row without translation, or fewer than two rows.
            FormatError: an empty cell, and whatever else the reader finds.
        """
        corpus = self.source.corpus(language, split)
        pairs = check_pairs(corpus)
        return _row_by_row(corpus.data_set, corpus.language, corpus.split, [pair.text for pair in pairs],
                           [str(pair.text_pair) for pair in pairs], dict(corpus.notes))


@dataclass(frozen=True)
class LineFiles:
    """Two files of lines a language: line n of one translates line n of the other.

    Args:
        name: of the data set.
        pairs: language -> the file of its sentences and that of their translations.
        place: for messages.
    """

    name: str
    pairs: Mapping[str, tuple[Path, Path]]
    place: str
    card: DatasetCard | None = None
    kind: Kind = "parallel"
    has_shared: bool = False

    def languages(self, split: str) -> list[str]:
        """All languages: such files have one split, test."""
        return sorted(self.pairs) if split == "test" else []

    def fingerprint(self, language: str, split: str) -> str:
        """See `RetrievalSource`."""
        return fingerprint_of(self._pair(language, split), "lines", VERSION)

    def part(self, language: str, split: str) -> RetrievalPart:
        """Read one language.

        Raises:
            FormatError: an empty line; files of unequal length.
        """
        one, other = self._pair(language, split)
        notes = Counter[str]()
        sentences, translations = text_lines(one, notes), text_lines(other, notes)
        if len(sentences) != len(translations):
            raise FormatError(
                f"{one.name} has {len(sentences)} lines, {other.name} has {len(translations)}: line n of one is the "
                "translation of line n of the other", where=Location(str(one)),
                remedy=f"make both equally long; the other file is {other}")
        _check_enough(len(sentences), self.name, language)
        in_order = translations == sorted(translations) and sentences != sorted(sentences)
        if in_order and len(translations) >= _SORTED_FROM:
            notes["translations_in_alphabetical_order"] = 1
        return _row_by_row(self.name, language, split, sentences, translations, dict(notes))

    def _pair(self, language: str, split: str) -> tuple[Path, Path]:
        if language not in self.pairs or split != "test":
            raise missing_language(self, language, split, self.place)
        return self.pairs[language]


def _row_by_row(
    data_set: str, language: str, split: str, sentences: list[str], translations: list[str], notes: dict[str, int]
) -> RetrievalPart:
    names = [str(number) for number in range(1, len(sentences) + 1)]
    sides = [tuple(TextExample(name, text) for name, text in zip(names, side, strict=True))
             for side in (sentences, translations)]
    return RetrievalPart(data_set, language, split, sides[0], sides[1], {name: (name,) for name in names}, notes)


def check_pairs(corpus: Corpus, alone: str = _ALONE) -> list[TextExample]:
    """The rows of parallel text, each with its translation.

    Args:
        corpus: parallel text.
        alone: what cannot be done with a single pair.

    Raises:
        DataError: a row without translation, or fewer than two rows.
    """
    found = []
    for example in corpus.examples:
        if not isinstance(example, TextExample) or example.text_pair is None:
            what = (f"parallel text has a translation in every row, {corpus.data_set} {corpus.language} has none in "
                    f"{example.identity}")
            raise DataError(what, where=example.location, remedy="name the columns of the text and of its translation "
                            "(data: reader: text_column, pair_column)")
        found.append(example)
    _check_enough(len(found), corpus.data_set, corpus.language, alone)
    return found


def _check_enough(count: int, data_set: str, language: str, alone: str = _ALONE) -> None:
    if count < 2:
        raise DataError(f"{data_set} has a single pair in {language}: {alone}",
                        remedy="leave this language out, or give at least two pairs")


def _from_patterns(name: str, other: str, data_dir: Path | None) -> LineFiles:
    sides = []
    for pattern in (name, other):
        if "{language}" not in pattern:
            raise DataError(f"the pattern {pattern} should name {{language}}",
                            remedy="as in --data 'a/{language}-en.{language}' --translations 'a/{language}-en.en'")
        found: dict[str, Path] = {}
        for path in [pattern] if data_dir is None else [str(data_dir / pattern), pattern]:
            files, _ = files_of_pattern(path)
            found = {code: paths[0] for split in files.values() for code, paths in split.items()} or found
            if found:
                break
        if not found:
            raise DataError(f"no file fits the pattern {pattern}",
                            remedy="check the folder (--data-dir) and that {language} stands for codes such as en, de")
        sides.append(found)
    one, two = sides
    alone = sorted(set(one) ^ set(two))
    if not set(one) & set(two):
        raise DataError(f"no language has files of both patterns: {name} and {other}",
                        remedy=f"{name} has {', '.join(sorted(one))}; {other} has {', '.join(sorted(two))}")
    if alone:
        code = alone[0]
        here = one.get(code) or two[code]
        raise DataError(f"{code} has only one of the two files", where=Location(str(here)),
                        remedy=f"the other side would fit {other if code in one else name}")
    prefix = Path(name.partition("{")[0] + "*")
    label = prefix.name.removesuffix("*").rstrip("-_.") or prefix.parent.name or name
    return LineFiles(label, {code: (one[code], two[code]) for code in one}, name)


def _laser_pairs(folder: Path) -> dict[str, tuple[Path, Path]]:
    """`tatoeba.deu-eng.deu[.gz]` with `tatoeba.deu-eng.eng[.gz]`, as LASER's repository has them."""
    pairs = {}
    for path in sorted(folder.glob(f"{_LASER}*-eng.eng*")):
        published = path.name.removeprefix(_LASER).partition("-")[0]
        own = with_or_without_gz(folder / f"{_LASER}{published}-eng.{published}")
        code = language_code(published)
        if own is not None and code is not None:
            pairs[code] = own, path
    return pairs
