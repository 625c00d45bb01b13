"""Sentences with slots and an intent: token columns with a `# intent = ...` comment, or JSON lines.

xSID's files are of the first form: `index<TAB>token<TAB>intent<TAB>slot`, with `# text`, `# intent` and other
comments before each sentence (van der Goot et al. 2021). Its intent is that of the comment; the third column, which
repeats it on every line, is not read. The second form has one object a line:

    {"id": "7", "words": ["wake", "me", "at", "six"], "slots": ["O", "O", "B-datetime", "I-datetime"],
     "intent": "alarm/set_alarm", "text": "Wake me at six!"}

Both halves can be read alone as well: `frame_texts` gives texts labelled with their intents, `frame_words` words
labelled with their slots, of either form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.data.examples import FrameExample, TextExample, TokenExample
from sprachbund.data.formats.identities import Identities
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.formats.tables import json_lines, json_text
from sprachbund.data.formats.token_columns import commented_sentences

_COLUMNS = (".conll", ".bio", ".tsv", ".txt")
_JSON = (".jsonl", ".ndjson")
_SHAPE = 'write {"words": ["..."], "slots": ["O"], "intent": "..."} on one line'
_Frames = Iterator[tuple[FrameExample, str]]
"""Each frame with its text: what the file gives as such, else the words with blanks between them."""


class FrameColumnsReader:
    """Token columns as `TokenColumnsReader` reads them, with the intent in a comment before each sentence.

    - The intent stands in `# intent = ...` (or `# intent: ...`); a sentence without one has none, and is counted
      (`missing_intents`).
    - The slot is in the last column, the token in the first; in files of four columns or more, of which the first
      counts from 1, in the second. `text_column` and `label_column` say otherwise.
    """

    name: ClassVar[str] = "frame_columns"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = _COLUMNS

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[FrameExample]:
        """Yield the sentences in order.

        Raises:
            FormatError: as `TokenColumnsReader.read`.
        """
        for frame, _ in _of_columns(path, options, notes):
            yield frame


class FrameJsonReader:
    """One JSON object a line: "words", "slots", "intent"; perhaps "id" and "text".

    Slots or intent that are missing or null make a frame without them; both are counted (`missing_slots`,
    `missing_intents`). `label_column` names another key for the slots, `text_column` one for the words.
    """

    name: ClassVar[str] = "frame_jsonl"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = _JSON

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[FrameExample]:
        """Yield the objects in order.

        Raises:
            FormatError: a line that is no JSON object, words that are no list of texts, slots that are not one a
                word, an intent that is no text.
        """
        for frame, _ in _of_json(path, options, notes):
            yield frame


class FrameTextsReader:
    """Frames of either form, told apart by the file's ending, as texts labelled with their intents.

    The text is what the file gives as such (`# text = ...`, or the key "text"), else the words with blanks between
    them, counted (`joined_words`).
    """

    name: ClassVar[str] = "frame_texts"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = (".conll", ".bio", *_JSON)

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TextExample]:
        """Yield the texts in order.

        Raises:
            FormatError: as the readers of frames; and a file that gives no intent to its first sentence.
        """
        first = True
        for frame, text in _frames(path, options, notes):
            if first and frame.intent is None:
                raise FormatError("the first sentence has no intent", where=frame.location or Location(str(path)),
                                  remedy="give each sentence its own: a line `# intent = ...` before its words, or "
                                         'the key "intent"')
            first = False
            if not text:
                notes["joined_words"] += 1
            yield TextExample(frame.identity, text or " ".join(frame.words), None, frame.intent, frame.location)


class FrameWordsReader:
    """Frames of either form, told apart by the file's ending, as words labelled with their slots."""

    name: ClassVar[str] = "frame_words"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = (*_JSON, ".conll", ".bio")

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TokenExample]:
        """Yield the sentences in order; raises as the readers of frames do."""
        for frame, _ in _frames(path, options, notes):
            yield TokenExample(frame.identity, frame.words, frame.labels, frame.location)


def _frames(path: Path, options: ReaderOptions, notes: Counter[str]) -> _Frames:
    plain = path.name.lower().removesuffix(".gz").endswith(_JSON)
    return _of_json(path, options, notes) if plain else _of_columns(path, options, notes)


def _of_columns(path: Path, options: ReaderOptions, notes: Counter[str]) -> _Frames:
    for sentence, comments in commented_sentences(path, options, notes, numbered=True):
        intent = comments.get("intent") or None
        if intent is None:
            notes["missing_intents"] += 1
        yield (FrameExample(sentence.identity, sentence.words, sentence.labels, sentence.location, intent),
               comments.get("text", ""))


def _of_json(path: Path, options: ReaderOptions, notes: Counter[str]) -> _Frames:
    identities = Identities(notes)
    for number, values in json_lines(path, notes):
        where = Location(str(path), number)
        words = _words(values, options.text_column or "words", where) or ()
        slots = _words(values, options.label_column or "slots", where, needed=False)
        intent = _own(values, "intent", where)
        if slots is not None and len(slots) != len(words):
            raise FormatError(f"{len(words)} words have {len(slots)} slots", where=where,
                              remedy="give each word one slot label (O outside of slots)")
        for name, part in (("missing_slots", slots), ("missing_intents", intent)):
            if part is None:
                notes[name] += 1
        identity = identities.next(_own(values, "id", where))
        yield FrameExample(identity, words, slots, where, intent), _own(values, "text", where) or ""


def _words(values: Mapping[str, Any], key: str, where: Location, *, needed: bool = True) -> tuple[str, ...] | None:
    """A list of texts, none of them blank; None where it is not there and not needed."""
    given = values.get(key)
    if given is None and not needed:
        return None
    if not isinstance(given, list) or not given or not all(isinstance(item, str) and item.strip() for item in given):
        raise FormatError(f"{key!r} should be a list of texts, none of them empty", where=where, remedy=_SHAPE)
    return tuple(json_text(item, key, where) for item in given)


def _own(values: Mapping[str, Any], key: str, where: Location) -> str | None:
    """A text or a whole number as text; None where it is not there, null or blank."""
    given = values.get(key)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise FormatError(f"{key!r} should be a text", where=where, remedy=_SHAPE)
    return json_text(str(given), key, where).strip() or None
