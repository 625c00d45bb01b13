"""Rows of a hub's table as examples: which column holds what, and labels by their names.

A label column of numbers with names (`ClassLabel`) is read by its names; -1, with which hubs blank the labels
of test data, is no label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.data.card import Column
from sprachbund.data.examples import Example, TextExample, TokenExample
from sprachbund.data.formats.columns import named_columns
from sprachbund.data.formats.identities import Identities
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.labels import Kind

WORD_NAMES = ("tokens", "words", "forms", "form")
"""Usual names of a column with the words of a sentence, the likeliest first."""
TAG_NAMES = ("ner_tags", "upos", "pos_tags", "tags", "labels", "label")
"""Usual names of a column with their labels."""
_NAME_YOURS = "name the columns: reader: {text_column: ..., label_column: ...}"


@dataclass(frozen=True, slots=True)
class HubColumns:
    """The hub's names of the columns that are read; None where there is none.

    Args:
        text: the first text, or the words.
        pair: the second text.
        label: the label, or the labels of the words.
    """

    text: str
    pair: str | None
    label: str | None

    def names(self) -> list[str]:
        """All that are read."""
        return [name for name in (self.text, self.pair, self.label) if name is not None]


def hub_columns(
    names: Iterable[str], kind: Kind, mapping: Mapping[Column, str], options: ReaderOptions, where: Location
) -> HubColumns:
    """Choose the columns: by the user's options, else by the card's mapping, else by usual names.

    Args:
        names: all columns of the table.
        kind: "tokens" or "sequence".
        mapping: our column -> the hub's, from the card; empty where there is no card.
        options: of the reader; text_column, pair_column and label_column count here, by name.
        where: the table.

    Raises:
        FormatError: a column is not there, or none has a usual name of a text.
    """
    present = list(names)
    if kind == "sequence" and not mapping:
        found = named_columns(present, options, where)
        pair, label = (None if at is None else present[at] for at in (found.pair, found.label))
        return HubColumns(present[found.text], pair, label)
    words = mapping.get("words") or mapping.get("text")
    if kind == "tokens" and not mapping:
        words = next((name for name in WORD_NAMES if name in present), None)
    text = options.text_column or words
    label = options.label_column or mapping.get("label")
    if kind == "tokens" and label is None:
        label = next((name for name in TAG_NAMES if name in present), None)
    if text is None:
        raise FormatError(f"none of the columns {', '.join(present)} has a usual name of words", where=where,
                          remedy=_NAME_YOURS)
    chosen = HubColumns(text, options.pair_column or mapping.get("pair") if kind == "sequence" else None, label)
    missing = [name for name in chosen.names() if name not in present]
    if missing:
        raise FormatError(f"there is no column {missing[0]!r}", where=where,
                          remedy=f"columns: {', '.join(present)}; {_NAME_YOURS}")
    return chosen


@dataclass(frozen=True, slots=True)
class HubRows:
    """Turns rows into examples.

    Args:
        kind: "tokens" or "sequence".
        columns: what is read.
        label_names: names of labels that are numbers; () where labels are text.
        place: the table, for messages.
        drop_empty: leave out empty words, and rows whose text is empty, with a count, instead of refusing them.
    """

    kind: Kind
    columns: HubColumns
    label_names: tuple[str, ...]
    place: str
    drop_empty: bool

    def examples(self, rows: Iterable[Mapping[str, Any]], notes: Counter[str]) -> Iterator[Example]:
        """Yield the examples in order.

        Raises:
            FormatError: an empty text or word, labels of another number than words, a label without a name; with
                the row.
        """
        identities = Identities(notes)
        for number, row in enumerate(rows, 1):
            where = Location(self.place, number)
            if self.kind == "tokens":
                yield from self._sentence(row, identities, where, notes)
            else:
                yield from self._text(row, identities, where, notes)

    def _text(
        self, row: Mapping[str, Any], identities: Identities, where: Location, notes: Counter[str]
    ) -> Iterator[TextExample]:
        names = [self.columns.text] + ([self.columns.pair] if self.columns.pair is not None else [])
        texts = [str(row[name] or "").strip() for name in names]
        if "" in texts:
            if not self.drop_empty:
                raise FormatError(f"the text in the column {names[texts.index('')]!r} is empty", where=where,
                                  remedy="leave such rows out, with a count: reader: {empty_tokens: drop}")
            notes["empty_texts"] += 1
            return
        label = None
        if self.columns.label is not None:
            label = self._label(row[self.columns.label], where)
            if label is None:
                notes["blank_labels"] += 1
        yield TextExample(identities.next(None), texts[0], texts[1] if len(texts) > 1 else None, label, where)

    def _sentence(
        self, row: Mapping[str, Any], identities: Identities, where: Location, notes: Counter[str]
    ) -> Iterator[TokenExample]:
        words = [str(word) for word in row[self.columns.text] or ()]
        labels: list[str | None] | None = None
        if self.columns.label is not None:
            labels = [self._label(value, where) for value in row[self.columns.label] or ()]
            if len(labels) != len(words):
                raise FormatError(f"{len(words)} words have {len(labels)} labels", where=where, remedy=_NAME_YOURS)
        kept = [at for at, word in enumerate(words) if word.strip()]
        if len(kept) < len(words) or not words:
            if not self.drop_empty:
                raise FormatError("a word is empty, or the sentence has none", where=where,
                                  remedy="leave them out, with a count: reader: {empty_tokens: drop}")
            notes["empty_tokens"] += len(words) - len(kept)
            if not kept:
                return
        gold = self._gold(labels, kept, where, notes)
        yield TokenExample(identities.next(None), tuple(words[at] for at in kept), gold, where)

    def _gold(
        self, labels: list[str | None] | None, kept: list[int], where: Location, notes: Counter[str]
    ) -> tuple[str, ...] | None:
        if labels is None:
            return None
        given = [label for at in kept if (label := labels[at]) is not None]
        if len(given) == len(kept):
            return tuple(given)
        if given:
            raise FormatError("some words of the sentence have a label, others have none", where=where,
                              remedy="choose another data set, or another column: reader: {label_column: ...}")
        notes["sentences_without_labels"] += 1
        return None

    def _label(self, value: Any, where: Location) -> str | None:
        if value is None or (self.label_names and value == -1):
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if self.label_names and isinstance(value, int):
            if not 0 <= value < len(self.label_names):
                raise FormatError(f"the label {value} has no name: there are {len(self.label_names)}", where=where,
                                  remedy="the data set is damaged on the hub: choose another revision")
            return self.label_names[value]
        if isinstance(value, str | int):
            return str(value).strip() or None
        raise FormatError(f"a label should be text or a whole number, found {type(value).__name__}", where=where,
                          remedy=_NAME_YOURS)
