"""Questions about paragraphs, in SQuAD's JSON: SQuAD 1.1 and 2.0, XQuAD, MLQA and TyDiQA's gold passages.

    {"data": [{"paragraphs": [{"context": ..., "qas": [{"id": ..., "question": ..., "answers": [
        {"text": ..., "answer_start": ...}]}]}]}]}

Offsets count Unicode code points. Whitespace, case and Unicode form stay as they are in the file.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.data.examples import Answer, QuestionExample
from sprachbund.data.formats.identities import Identities
from sprachbund.data.formats.lines import open_lines
from sprachbund.data.formats.reader import ReaderOptions

_SHAPE = 'expected {"data": [{"paragraphs": [{"context": "...", "qas": [...]}]}]}'
_KINDS = {dict: "an object", list: "a list", str: "text", int: "a whole number", bool: "true or false"}


class SquadReader:
    """One JSON document a file, held in memory while it is read.

    A question's answers are None, and it is counted, where the file has none (`missing_answers`) or only blank ones
    (`blank_answers`: copies of test sets that XTREME's script made have them). `is_impossible: true` (SQuAD 2.0)
    makes a question that the context does not answer.

    An answer that does not stand at its offset is repaired where its text stands in the context exactly once
    (`offsets_repaired`); else the file is refused.
    """

    name: ClassVar[str] = "squad"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = (".json",)

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[QuestionExample]:
        """Yield the questions in order.

        Raises:
            FormatError: no such JSON, an empty question or context, an answer that stands nowhere in its context or
                at several places but not at its own; the message names the question's id.
        """
        text = "\n".join(line for _, line in open_lines(path, notes))
        document = _Document(text, path)
        identities = Identities(notes)
        empty = True
        for article in _list(_parsed(text, path), "data", document.start):
            for paragraph in _list(article, "paragraphs", document.start):
                context = _text(paragraph, "context", document.here)
                for item in _list(paragraph, "qas", document.here):
                    where = document.place_of(item)
                    question = _text(item, "question", where)
                    answers = _Answers(item, context, where, notes).read()
                    yield QuestionExample(identities.next(_own_id(item, where)), question, context, answers, where)
                    empty = False
        if empty:
            raise FormatError("the file holds no question", where=document.start, remedy=_SHAPE)


class _Document:
    """Finds the line and column of each question by its id; questions come in the order of the file.

    Attributes:
        start: the file's first line.
        here: the place of the question found last.
    """

    def __init__(self, text: str, path: Path) -> None:
        self._text, self._path = text, str(path)
        self._at, self._line = 0, 1
        self.start = self.here = Location(self._path, 1)

    def place_of(self, item: Any) -> Location:
        """The place of a question; that of the one before it where the id is not found."""
        own = item.get("id") if isinstance(item, dict) else None
        if isinstance(own, str | int):
            forms = {json.dumps(own), json.dumps(own, ensure_ascii=False)}
            pattern = r'"id"\s*:\s*(?:' + "|".join(map(re.escape, sorted(forms))) + r")"
            found = re.compile(pattern).search(self._text, self._at)
            if found:
                self._line += self._text.count("\n", self._at, found.start())
                self._at = found.start() + 1
                column = self._at - (self._text.rfind("\n", 0, found.start()) + 1)
                self.here = Location(self._path, self._line, column)
        return self.here


class _Answers:
    """The gold answers of one question."""

    def __init__(self, item: dict[str, Any], context: str, where: Location, notes: Counter[str]) -> None:
        self._item, self._context, self._where, self._notes = item, context, where, notes

    def read(self) -> tuple[Answer, ...] | None:
        """The answers, none if there cannot be one, None if nobody says."""
        if self._item.get("is_impossible") is True:
            return ()
        given = self._item.get("answers")
        if given is None or given == []:
            self._notes["missing_answers"] += 1
            return None
        if not isinstance(given, list):
            raise self._fault(f"expected a list of answers, found {_kind(given)}", _SHAPE)
        answers = [self._answer(one) for one in given]
        kept = tuple(answer for answer in answers if answer is not None)
        if not kept:
            self._notes["blank_answers"] += 1
            return None
        return kept

    def _answer(self, given: Any) -> Answer | None:
        """One answer at its place; None if it is blank."""
        text = given.get("text") if isinstance(given, dict) else None
        start = given.get("answer_start") if isinstance(given, dict) else None
        if not isinstance(text, str) or not isinstance(start, int) or isinstance(start, bool):
            raise self._fault("an answer needs a text and the whole number answer_start",
                              '{"text": "...", "answer_start": 17}')
        if not text.strip():
            return None
        if start >= 0 and self._context.startswith(text, start):
            return Answer(text, start)
        first = self._context.find(text)
        shown = text if len(text) <= 40 else text[:40] + "..."
        found = self._context[max(start, 0):][:len(shown)]
        if first < 0:
            raise self._fault(f"the answer {shown!r} should stand at character {start}, where {found!r} stands, and "
                              "it stands nowhere else in the context",
                              "answer and context must be the same text, in the same Unicode form: mend the file")
        if self._context.find(text, first + 1) >= 0:
            raise self._fault(f"the answer {shown!r} should stand at character {start}, where {found!r} stands, and "
                              "it stands at several other places", "count answer_start in Unicode characters from 0")
        self._notes["offsets_repaired"] += 1
        return Answer(text, first)

    def _fault(self, what: str, remedy: str) -> FormatError:
        return FormatError(f"question {self._item.get('id')}: {what}", where=self._where, remedy=remedy)


def _parsed(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"not valid JSON: {error.msg}", where=Location(str(path), error.lineno, error.colno),
                          remedy="check that the file was written or copied whole") from None
    except (ValueError, RecursionError):
        raise FormatError("not valid JSON: a number too long or lists nested too deep", where=Location(str(path), 1),
                          remedy=_SHAPE) from None


def _list(value: Any, key: str, where: Location) -> list[Any]:
    inside = value.get(key) if isinstance(value, dict) else None
    if not isinstance(inside, list):
        found = f"found {_kind(value)}" if not isinstance(value, dict) else f"{key!r} is {_kind(inside)}"
        raise FormatError(f"expected an object with the list {key!r}, {found}", where=where, remedy=_SHAPE)
    return inside


def _text(value: Any, key: str, where: Location) -> str:
    text = value.get(key) if isinstance(value, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise FormatError(f"expected an object with the text {key!r}, found "
                          f"{_kind(text) if isinstance(value, dict) else _kind(value)}"
                          + (" without a letter in it" if isinstance(text, str) else ""), where=where, remedy=_SHAPE)
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise FormatError(f"{key!r} holds half a surrogate pair or a NUL, which is no text", where=where,
                          remedy="write the text as it is, in UTF-8")
    return text


def _own_id(item: dict[str, Any], where: Location) -> str | None:
    own = item.get("id")
    if own is None or (isinstance(own, str | int) and not isinstance(own, bool)):
        return None if own is None else _clean(str(own), where)
    raise FormatError(f"the id of a question should be text, found {_kind(own)}", where=where, remedy=_SHAPE)


def _clean(own: str, where: Location) -> str:
    if any("\ud800" <= character <= "\udfff" for character in own):
        raise FormatError("the id of a question holds half a surrogate pair", where=where,
                          remedy="write the text as it is, in UTF-8")
    return own


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a number" if isinstance(value, float) else "nothing")
