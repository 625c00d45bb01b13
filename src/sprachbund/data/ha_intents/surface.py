"""Segments of an expansion to text with spans, and from there to words with BIO labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sprachbund.data.ha_intents.expansion import Segment
from sprachbund.data.labels import OUTSIDE

_UNSPACED = ("CJK ", "THAI ", "LAO ", "KHMER ", "MYANMAR ", "HIRAGANA ", "KATAKANA ")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of a text, which fill a slot."""

    start: int
    end: int
    slot: str


@dataclass(frozen=True, slots=True)
class Surface:
    """A text and the slots in it, in order, without overlap."""

    text: str
    spans: tuple[Span, ...]


def surface(segments: Sequence[Segment]) -> Surface:
    """Join segments: NFC, runs of whitespace made one space, none at the ends, spans without outer spaces.

    >>> surface([Segment(" turn on  ", None), Segment(" the lamp", "name"), Segment(" ", None)])
    Surface(text='turn on the lamp', spans=(Span(start=8, end=16, slot='name'),))
    """
    text, spans, space = "", [], False
    for segment in segments:
        start: int | None = None
        for character in unicodedata.normalize("NFC", segment.text):
            if character.isspace():
                space = True
                continue
            if space and text:
                text += " "
            space = False
            if start is None:
                start = len(text)
            text += character
        if segment.slot is not None and start is not None:
            spans.append(Span(start, len(text), segment.slot))
    return Surface(text, tuple(spans))


def words(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each word.

    Words stand between spaces. Chinese and Thai (and other scripts without spaces) would be one
    word a sentence, or words cut where a slot begins, which gives the answer away: there every
    character with its combining marks is a word, as in PAN-X.

    >>> text = "打开TV 50%"
    >>> [text[start:end] for start, end in words(text)]
    ['打', '开', 'TV', '50%']
    """
    start: int | None = None
    for position, character in enumerate(text):
        if character.isspace():
            if start is not None:
                yield start, position
            start = None
        elif start is None:
            start = position
        elif not unicodedata.category(character).startswith("M") and (
            _unspaced(character) or _unspaced(text[start])
        ):
            yield start, position
            start = position
    if start is not None:
        yield start, len(text)


def tagged(item: Surface) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words with BIO labels; a word that a span touches belongs to it ("50" in "50%"), the first span wins."""
    forms, labels, last = [], [], None
    for start, end in words(item.text):
        span = next((span for span in item.spans if span.start < end and span.end > start), None)
        forms.append(item.text[start:end])
        if span is None:
            labels.append(OUTSIDE)
        else:
            labels.append(f"{'I' if span is last else 'B'}-{span.slot}")
        last = span
    return tuple(forms), tuple(labels)


def outside_words(item: Surface) -> list[str]:
    """Words with a letter or digit that no span touches."""
    forms, labels = tagged(item)
    return [
        form
        for form, label in zip(forms, labels, strict=True)
        if label == OUTSIDE and any(character.isalnum() for character in form)
    ]


def stutters(item: Surface) -> bool:
    """Say whether a word beside a slot repeats the slot's edge ("ground floor floor", "ceiling light light")."""
    forms, labels = tagged(item)
    return any(
        len(forms[place]) > 1
        and forms[place].casefold() == forms[place + 1].casefold()
        and labels[place] != labels[place + 1]
        and not labels[place + 1].startswith("I-")
        for place in range(len(forms) - 1)
    )


def _unspaced(character: str) -> bool:
    return character > "\u0dff" and unicodedata.name(character, "").startswith(_UNSPACED)
