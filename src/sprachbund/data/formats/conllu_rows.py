"""The rows of a CoNLL-U file, checked: ten columns, ids in order, ranges that fit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.data.formats.lines import open_lines

_WIDTH = 10
_RANGE = re.compile(r"([1-9][0-9]{0,8})-([1-9][0-9]{0,8})", re.ASCII)
_EMPTY_NODE = re.compile(r"(0|[1-9][0-9]{0,8})\.([1-9][0-9]{0,8})", re.ASCII)
_SENT_ID = re.compile(r"#\s*sent_id\s*=\s*(.*\S)")


class Row(NamedTuple):
    """A syntactic word: its ten columns and its line."""

    columns: list[str]
    line: int


class Range(NamedTuple):
    """A multiword token: the first and last word it covers, from 1, and its surface form."""

    first: int
    last: int
    form: str
    line: int


@dataclass(slots=True)
class Sentence:
    """The rows of one sentence; `line` is its first line, `identity` its `sent_id`, if it has one."""

    line: int
    identity: str | None = None
    words: list[Row] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)
    empty_nodes: int = 0
    last_empty: int = 0


def sentences(path: Path, notes: Counter[str]) -> Iterator[Sentence]:
    """Yield the sentences of a file; `multiword_tokens` and `empty_nodes` are counted in `notes`.

    Raises:
        FormatError: with the line, if it does not follow the format.
    """
    sentence: Sentence | None = None
    expected = "1"
    for number, text in open_lines(path, notes):
        if not text or text.isspace():
            if sentence is not None:
                yield _finished(sentence, path, notes)
                sentence, expected = None, "1"
            continue
        if sentence is None:
            sentence = Sentence(number)
        if text[0] == "#" and not sentence.words:
            named = _SENT_ID.match(text)
            if named:
                sentence.identity = named[1]
            continue
        columns = text.split("\t")
        if len(columns) != _WIDTH:
            _wrong_width(text, columns, path, number)
        if not columns[1]:
            raise FormatError("the second column (FORM) is empty", where=Location(str(path), number),
                              remedy="write the word, or _ where it is withheld")
        if columns[0] == expected:
            sentence.words.append(Row(columns, number))
            sentence.last_empty = 0
            expected = str(len(sentence.words) + 1)
        else:
            _other_row(sentence, columns, path, number)
    if sentence is not None:
        yield _finished(sentence, path, notes)


def _finished(sentence: Sentence, path: Path, notes: Counter[str]) -> Sentence:
    count = len(sentence.words)
    if not count:
        raise FormatError("comments without any word after them", where=Location(str(path), sentence.line),
                          remedy="take the comments out, or add the words")
    if sentence.ranges:
        last = sentence.ranges[-1]
        if last.last > count:
            raise FormatError(f"the range {last.first}-{last.last} goes beyond the sentence, which has {count} words",
                              where=Location(str(path), last.line), remedy="mend the range or add the words it covers")
        notes["multiword_tokens"] += len(sentence.ranges)
    if sentence.empty_nodes:
        notes["empty_nodes"] += sentence.empty_nodes
    return sentence


def _other_row(sentence: Sentence, columns: list[str], path: Path, number: int) -> None:
    """Take a range or an empty node; anything else is a fault."""
    count = len(sentence.words)
    span = _RANGE.fullmatch(columns[0])
    if span:
        first, last = int(span[1]), int(span[2])
        covered = sentence.ranges[-1].last if sentence.ranges else 0
        if first != count + 1 or last < first or first <= covered:
            raise FormatError(f"the range {columns[0]} does not fit: it must stand before word {count + 1}, begin with "
                              f"{count + 1} and overlap no other range", where=Location(str(path), number),
                              remedy="mend the range, or move the line before its first word")
        sentence.ranges.append(Range(first, last, columns[1], number))
        return
    node = _EMPTY_NODE.fullmatch(columns[0])
    if node:
        expected = f"{count}.{sentence.last_empty + 1}"
        if columns[0] != expected:
            raise FormatError(f"the empty node {columns[0]} is out of order: expected {expected}",
                              where=Location(str(path), number), remedy="put the empty nodes in order")
        sentence.last_empty += 1
        sentence.empty_nodes += 1
        return
    _out_of_order(columns[0], count, path, number)


def _out_of_order(identifier: str, count: int, path: Path, number: int) -> NoReturn:
    remedy = "words count 1, 2, 3 from the start of each sentence"
    if identifier == "1":
        remedy = f"put a blank line between sentences; {remedy}"
    raise FormatError(f"the id {identifier!r} is out of order: expected {count + 1}", where=Location(str(path), number),
                      remedy=remedy)


def _wrong_width(text: str, columns: list[str], path: Path, number: int) -> NoReturn:
    where = Location(str(path), number)
    if text[0] == "#":
        raise FormatError("a comment within a sentence", where=where,
                          remedy="put comments before the sentence's first word")
    count = "1 column" if len(columns) == 1 else f"{len(columns)} columns"
    blanks = len(columns) == 1 and len(text.split()) == _WIDTH
    remedy = "separate the columns by tabs, not blanks" if blanks else "mend the line; an empty column is written _"
    raise FormatError(f"expected {_WIDTH} columns separated by tabs, found {count}", where=where, remedy=remedy)
