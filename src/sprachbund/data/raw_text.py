"""Raw text, for learning without labels: a text a line, or a column of a table, one at a time.

What holds no text is left out and counted, never an error: raw text comes from everywhere. Bytes that are not
UTF-8, and tables that lack the column, are errors with file and line.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from sprachbund.core.canonical import digest
from sprachbund.core.config import Config
from sprachbund.core.errors import DataError, FormatError, LanguageError, join_or, near_matches
from sprachbund.core.files import sha256_file
from sprachbund.core.source import Location
from sprachbund.data.file_source import files_of_pattern
from sprachbund.data.formats.columns import TEXT_NAMES
from sprachbund.data.formats.lines import open_lines
from sprachbund.languages.language import find_variant

Format = Literal["lines", "tsv", "jsonl"]
ENDINGS: dict[str, Format] = {
    ".txt": "lines", ".text": "lines", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl",
}
VERSION = 1
"""Raised when the same file can give other texts."""

_HOLE = "{language}"


class TextConfig(Config):
    """Where raw text lies; a bare text is its name."""

    name: str = Field(min_length=1)
    """A file, or a pattern of file names with `{language}`; `.gz` may follow."""
    format: Format | None = None
    """lines: each line is a text (a sentence or a document). tsv, jsonl: a column of a table. None: by the ending."""
    column: str | None = None
    """Column or key that holds the text: a name, or of a TSV a number from 1. None: the usual names (text, sentence,
    ...), else the first column of a TSV."""
    languages: tuple[str, ...] | None = Field(None, min_length=1)
    """Languages that are read; None: all that the pattern finds. For one file, the language it is in."""

    @field_validator("languages", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("column", mode="before")
    @classmethod
    def _number_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


@dataclass(frozen=True, slots=True)
class TextFile:
    """One file of raw text.

    Args:
        name: what tables call the text it belongs to.
        language: its code, "" where nobody says.
        path: the file.
        format: how it is read.
        column: as in `TextConfig`.
    """

    name: str
    language: str
    path: Path
    format: Format
    column: str | None = None

    def fingerprint(self) -> str:
        """Sha256 over the bytes and how they are read."""
        return digest({"bytes": sha256_file(self.path), "format": self.format, "column": self.column,
                       "version": VERSION})

    def texts(self, notes: Counter[str]) -> Iterator[str]:
        """Yield the texts in order, without blanks around them; empty ones are left out and counted (`empty_lines`).

        Raises:
            DataError: the file is not there or cannot be read.
            FormatError: bytes that are not UTF-8, a row without the column, a line that is no JSON object.
        """
        read = {"lines": self._lines, "tsv": self._rows, "jsonl": self._objects}[self.format]
        for text in read(notes):
            text = text.strip()
            if text:
                yield text
            else:
                notes["empty_lines"] += 1

    def _lines(self, notes: Counter[str]) -> Iterator[str]:
        return (line for _, line in open_lines(self.path, notes))

    def _rows(self, notes: Counter[str]) -> Iterator[str]:
        column: int | None = None
        for number, line in open_lines(self.path, notes):
            if not line.strip():
                yield ""
                continue
            row, where = line.split("\t"), Location(str(self.path), number)
            if column is None:
                column, header = _find_column(row, self.column, where)
                if header:
                    continue
            if len(row) <= column:
                raise FormatError(f"there is no column {column + 1}: the row has {len(row)}", where=where,
                                  remedy="fill the row in, or give the text as lines or JSONL")
            yield row[column]

    def _objects(self, notes: Counter[str]) -> Iterator[str]:
        for number, line in open_lines(self.path, notes):
            yield _value(line, self.column, Location(str(self.path), number)) if line.strip() else ""


def find_texts(config: TextConfig, data_dir: Path | None) -> tuple[TextFile, ...]:
    """Find the files of raw text, sorted by language; opens none.

    Args:
        config: which.
        data_dir: folder that holds data sets; names are looked for there, then here.

    Raises:
        DataError: no file, two for one language, or an ending that does not say the format.
        LanguageError: a language that is unknown, or not there.
    """
    if "{" in config.name:
        return _of_pattern(config, data_dir)
    if config.languages is not None and len(config.languages) > 1:
        raise DataError(f"{config.name} is one file, and {len(config.languages)} languages are named for it",
                        remedy="write the language in the files' names as {language}, or name one")
    for path in [Path(config.name)] if data_dir is None else [data_dir / config.name, Path(config.name)]:
        if path.is_dir():
            raise DataError("this is a folder, a file of text is expected", where=Location(str(path)),
                            remedy="name its files by a pattern, as folder/{language}.txt")
        if path.is_file():
            language = find_variant(config.languages[0]).code if config.languages else ""
            return (TextFile(_stem(path), language, path, _format(config, path), config.column),)
    raise DataError(f"there is no file of text {config.name}",
                    remedy="check the path (--data-dir); several files are named by a pattern with {language}")


def _of_pattern(config: TextConfig, data_dir: Path | None) -> tuple[TextFile, ...]:
    pattern = config.name
    if _HOLE not in pattern or "{" in pattern.replace(_HOLE, ""):
        raise DataError(f"the pattern {pattern} should name {_HOLE} and nothing else in braces",
                        remedy="for example corpora/{language}.txt")
    found: dict[str, list[Path]] = {}
    nameless: tuple[str, ...] = ()
    for place in [pattern] if data_dir is None else [str(data_dir / pattern), pattern]:
        files, left_out = files_of_pattern(place)
        nameless += left_out
        found = found or {code: paths for split in files.values() for code, paths in split.items()}
    if not found:
        among = f"; {', '.join(nameless[:5])} fit, where no language stands for {_HOLE}" if nameless else ""
        raise DataError(f"no file of text fits the pattern {pattern}{among}",
                        remedy=f"check the folder (--data-dir) and that {_HOLE} stands for codes such as en and de")
    chosen = sorted(found) if config.languages is None else [find_variant(one).code for one in config.languages]
    missing = [code for code in chosen if code not in found]
    if missing:
        raise LanguageError(f"there is no text in {join_or(missing)}: {pattern}",
                            remedy=f"there is text in: {', '.join(sorted(found))}")
    twice = next((code for code in chosen if len(found[code]) > 1), None)
    if twice is not None:
        names = ", ".join(path.name for path in found[twice])
        raise DataError(f"{len(found[twice])} files hold the text in {twice}: {names}", remedy="keep one of them")
    prefix = Path(pattern.partition("{")[0] + "*")
    name = prefix.name.removesuffix("*").rstrip("-_.") or prefix.parent.name or pattern
    return tuple(TextFile(name, code, found[code][0], _format(config, found[code][0]), config.column)
                 for code in dict.fromkeys(chosen))


def _format(config: TextConfig, path: Path) -> Format:
    if config.format is not None:
        return config.format
    ending = Path(path.name.lower().removesuffix(".gz")).suffix
    if ending not in ENDINGS:
        raise DataError(f"the ending of {path.name} does not say how raw text stands in it", where=Location(str(path)),
                        remedy=f"say the format, lines, tsv or jsonl; known endings: {', '.join(ENDINGS)}")
    return ENDINGS[ending]


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").partition(".")[0] or path.name


def _find_column(row: list[str], given: str | None, where: Location) -> tuple[int, bool]:
    """Position of the column with the text, and whether the row, the first of a table, is a header."""
    names = [cell.strip().casefold() for cell in row]
    usual = next((names.index(name) for name in TEXT_NAMES if name in names), None)
    if given is None:
        return (0, False) if usual is None else (usual, True)
    if given.casefold() in names:
        return names.index(given.casefold()), True
    if given.isdecimal() and 1 <= int(given) <= len(row):
        return int(given) - 1, usual is not None
    raise FormatError(f"there is no column {given!r}", where=where, remedy=_columns_there(given, names))


def _columns_there(given: str, names: list[str]) -> str:
    near = near_matches(given, names)
    return f"{f'did you mean {near[0]}? ' if near else ''}the first row has: {', '.join(names)}"


def _value(line: str, key: str | None, where: Location) -> str:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"not valid JSON: {getattr(error, 'msg', error)}", where=where,
                          remedy="write one JSON object a line") from None
    if not isinstance(values, dict):
        raise FormatError("expected a JSON object", where=where, remedy='write one a line: {"text": "..."}')
    name = key if key is not None else next((name for name in TEXT_NAMES if name in values), "text")
    if name not in values:
        raise FormatError(f"the key {name!r} is missing", where=where, remedy=_columns_there(name, list(values)))
    text = values[name]
    if text is not None and not isinstance(text, str):
        raise FormatError(f"{name!r} should be text", where=where, remedy="give another key")
    if text and any("\ud800" <= character <= "\udfff" for character in text):
        raise FormatError(f"{name!r} holds half a surrogate pair, which is no text", where=where,
                          remedy="write the text as it is, in UTF-8")
    return text or ""
