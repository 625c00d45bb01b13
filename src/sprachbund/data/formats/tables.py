"""Tables with a text, or a pair of texts, and a label in each row: TSV, CSV and JSON lines.

TSV knows no quoting: a quotation mark is text (GLUE's files are written so). CSV is read by Python's
`csv` module in strict mode (RFC 4180: double quotes, doubled inside), and so is quoted TSV, which differs
in the separator alone: XTREME's preprocessing writes its tables with that module.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import ClassVar, NoReturn

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.data.examples import TextExample
from sprachbund.data.formats.columns import Columns, find_columns, named_columns
from sprachbund.data.formats.identities import Identities
from sprachbund.data.formats.lines import open_lines
from sprachbund.data.formats.reader import ReaderOptions

_SHAPE = '{"text": "...", "label": "..."}'


class TsvReader:
    """Tab-separated rows, with or without a header (see `formats/columns.py` for the rules)."""

    name: ClassVar[str] = "tsv"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = (".tsv", ".tab", ".txt")

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TextExample]:
        """Yield the rows in order.

        Raises:
            FormatError: a row with more or fewer columns than the first, an empty text, a column that is
                not there, no row at all.
        """
        rows = ((number, text.split("\t")) for number, text in open_lines(path, notes) if not _blank(text, notes))
        yield from _examples(rows, path, options, notes)


class CsvReader:
    """Comma-separated rows with quotes, with or without a header (see `formats/columns.py`)."""

    name: ClassVar[str] = "csv"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = (".csv",)

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TextExample]:
        """Yield the rows in order; a row may span lines within quotes, its place is its last line.

        Raises:
            FormatError: as for TSV, and for quotes that do not match.
        """
        yield from _examples(_csv_rows(path, notes), path, options, notes)


class QuotedTsvReader:
    """Tab-separated rows written as CSV is: a text with a quotation mark stands in quotes, with the mark doubled.

    XTREME's preprocessing writes such files without a header, and its test files without the labels. A file
    that lacks just the last column, which the options name as the label's, is read without labels and
    counted (`blank_labels`).
    """

    name: ClassVar[str] = "quoted_tsv"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = (".tsv",)

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TextExample]:
        """Yield the rows in order; a row may span lines within quotes, its place is its last line.

        Raises:
            FormatError: as for TSV, and for quotes that do not match.
        """
        rows = _csv_rows(path, notes, "\t")
        first = next(rows, None)
        if first is None:
            _no_rows(path)
        cut = options.label_column == str(len(first[1]) + 1)
        if cut:
            options = options.model_copy(update={"label_column": None})
        for example in _examples(chain((first,), rows), path, options, notes):
            if cut:
                notes["blank_labels"] += 1
            yield example


class JsonLinesReader:
    """One JSON object a line."""

    name: ClassVar[str] = "jsonl"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson")

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TextExample]:
        """Yield the objects in order; the first one's keys are the columns.

        Labels may be text, whole numbers or true and false; null is a blank label.

        Raises:
            FormatError: a line that is no JSON object, a key that is missing, a text that is no text.
        """
        identities = Identities(notes)
        columns: Columns | None = None
        for number, values in json_lines(path, notes):
            columns = columns or named_columns(list(values), options, Location(str(path), number))
            row = [_cell(values, name, path, number) for name in columns.names]
            yield _example(row, columns, path, number, identities, notes)


def json_lines(path: Path, notes: Counter[str], shape: str = _SHAPE) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the JSON objects of a file with their lines; blank lines are left out and counted (`blank_lines`).

    Args:
        path: the file.
        notes: counts, added to.
        shape: an object as the reader wants it, for messages.

    Raises:
        FormatError: a line that is no JSON object, no object at all.
    """
    empty = True
    for number, text in open_lines(path, notes):
        if not _blank(text, notes):
            empty = False
            yield number, _json_object(text, Location(str(path), number), shape)
    if empty:
        _no_rows(path)


def json_text(text: str, key: str, where: Location) -> str:
    """A text of JSON as it is.

    Raises:
        FormatError: it holds what cannot be written as UTF-8, or a NUL.
    """
    if any("\ud800" <= character <= "\udfff" for character in text) or "\0" in text:
        raise FormatError(f"{key!r} holds half a surrogate pair or a NUL, which is no text", where=where,
                          remedy="write the text as it is, in UTF-8")
    return text


def _blank(text: str, notes: Counter[str]) -> bool:
    if text.strip():
        return False
    notes["blank_lines"] += 1
    return True


def _csv_rows(path: Path, notes: Counter[str], separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    lines = (f"{text}\n" for _, text in open_lines(path, notes))
    reader = csv.reader(lines, strict=True, delimiter=separator)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            kind, several = ("CSV", "commas") if separator == "," else ("quoted TSV", "tabs")
            raise FormatError(f"not valid {kind}: {error}", where=Location(str(path), reader.line_num),
                              remedy=f'put fields with quotes, {several} or line ends in double quotes ("), and '
                                     'double those inside') from None
        if row is None:
            return
        if len(row) <= 1 and not "".join(row).strip():
            notes["blank_lines"] += 1
        else:
            yield reader.line_num, row


def _examples(
    rows: Iterator[tuple[int, list[str]]], path: Path, options: ReaderOptions, notes: Counter[str]
) -> Iterator[TextExample]:
    identities = Identities(notes)
    first = next(rows, None)
    if first is None:
        _no_rows(path)
    number, row = first
    columns = find_columns(row, options, Location(str(path), number))
    width = len(row)
    if not columns.header:
        yield _example(row, columns, path, number, identities, notes)
    empty = columns.header
    for number, row in rows:
        if len(row) != width:
            missing = f"expected {width} columns, as in the first row, found {len(row)}"
            remedy = ("the row lacks a column: fill it in" if len(row) < width
                      else "a separator stands within a text: take it out, or give the data as JSONL")
            raise FormatError(missing, where=Location(str(path), number), remedy=remedy)
        empty = False
        yield _example(row, columns, path, number, identities, notes)
    if empty:
        _no_rows(path)


def _no_rows(path: Path) -> NoReturn:
    raise FormatError("the file holds no example", where=Location(str(path)),
                      remedy="check that it was written or copied whole")


def _example(
    row: list[str], columns: Columns, path: Path, number: int, identities: Identities, notes: Counter[str]
) -> TextExample:
    """One row as an example; a blank label is None and counted (`blank_labels`)."""
    text = _text(row, columns.text, path, number)
    pair = None if columns.pair is None else _text(row, columns.pair, path, number)
    label = None
    if columns.label is not None:
        label = row[columns.label].strip() or None
        if label is None:
            notes["blank_labels"] += 1
    own = None if columns.identity is None else row[columns.identity].strip()
    return TextExample(identities.next(own), text, pair, label, Location(str(path), number))


def _text(row: list[str], column: int, path: Path, number: int) -> str:
    text = row[column].strip()
    if not text:
        raise FormatError(f"the text in column {column + 1} is empty", where=Location(str(path), number),
                          remedy="fill in the text, or take the row out")
    return text


def _json_object(text: str, where: Location, shape: str) -> dict[str, object]:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"not valid JSON: {error.msg}", where=Location(where.path, where.line, error.colno),
                          remedy="write one JSON object a line") from None
    except (ValueError, RecursionError):
        raise FormatError("not valid JSON: a number too long or lists nested too deep", where=where,
                          remedy="write one JSON object a line") from None
    if not isinstance(values, dict):
        raise FormatError(f"expected a JSON object, found {json_kind(values)}", where=where,
                          remedy=f"write one object a line: {shape}")
    return values


def _cell(values: dict[str, object], name: str, path: Path, number: int) -> str:
    """The text of a value: true and false as JSON has them, null as blank."""
    where = Location(str(path), number)
    if name not in values:
        raise FormatError(f"the key {name!r} is missing", where=where, remedy="give every object the keys of the first")
    value = values[name]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        raise FormatError(f"{name!r} should be text, found {json_kind(value)}", where=where,
                          remedy="give another column, or turn the value into text")
    return json_text(str(value), name, where)


def json_kind(value: object) -> str:
    """What a value of JSON is, in words."""
    kinds = {list: "a list", dict: "an object", str: "text", bool: "true or false"}
    return kinds.get(type(value), "a number" if isinstance(value, int | float) else "null")
