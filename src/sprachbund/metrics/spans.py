"""Span F1: exact matches of type and extent, under two readings of tags.

Both readings rest on conlleval's rules of where a chunk begins and ends (Tjong Kim Sang and Buchholz,
CoNLL-2000). `SpanF1` is the entity F1 of the literature. `XtremeF1` is the figure XTREME publishes for
part-of-speech tags, which is neither accuracy nor F1 of tags: it must never be compared with either.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import LabelError
from sprachbund.metrics.flattening import NOTHING, FlatLabels, flatten
from sprachbund.metrics.metric import Counts, Gold, Predicted

Ids = NDArray[np.int64]
Reading = Callable[[str], tuple[str, str]]
"""How a label is read: label to (prefix, type)."""

_PREFIXES = {"B": "B", "I": "I", "E": "E", "S": "S", "L": "E", "U": "S"}  # BILOU's last and unit are E and S
_LETTERS = "OBIES."
_OUTSIDE, _BEGIN, _INSIDE, _END, _SINGLE, _DOT = range(len(_LETTERS))
_OTHER = len(_LETTERS)


class _ChunkF1(ABC):
    """What both readings share: counts are (correct, predicted, gold) chunks, the value their micro F1."""

    def columns(self, labels: Sequence[str]) -> tuple[str, ...]:
        """`("correct", "predicted", "gold")` for every label space."""
        return ("correct", "predicted", "gold")

    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        """Count one corpus: (n, 3). A missing prediction stands outside every chunk, so that no chunk holds it.

        Raises:
            LabelError: a label that this reading cannot read.
            ValueError: gold and predicted differ in length.
        """
        flat = flatten(gold, predicted)
        expected = _Chunks(flat, flat.gold, self._read)
        found = _Chunks(flat, flat.predicted, self._read)
        correct = expected.closed & found.closed & (expected.begin == found.begin) & (expected.type == found.type)
        return np.stack([flat.add_up(chosen) for chosen in (correct, found.closed, expected.closed)], axis=-1)

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """(..., 3) sums to (...) points; NaN where there is no chunk in gold and none in predictions."""
        numbers = np.asarray(sums, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            return np.asarray(200.0 * numbers[..., 0] / (numbers[..., 1] + numbers[..., 2]))

    @abstractmethod
    def _read(self, label: str) -> tuple[str, str]:
        """Position in a chunk and type that a label names."""


class SpanF1(_ChunkF1):
    """Micro F1 of exactly matching spans in BIO, BIOES or BILOU labels, repaired as conlleval does.

    A span opens at B or S, and also at I or E that has no open span of its type before it (the repair).
    It closes before whatever opens, before O, after E or S, and at the end of the example. On BIO and
    BIOES labels that is seqeval 1.2.2 in its default mode; BILOU's L and U, which seqeval does not
    know, are read as E and S.
    """

    name: ClassVar[str] = "span_f1"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "micro F1 of spans that match in type and extent (conlleval's rules; I- without B- opens)"

    def repaired(self, predicted: Sequence[Predicted]) -> NDArray[np.int64]:
        """How many predicted I or E labels had no open span and were read as if they opened one: (n,)."""
        flat = flatten([("O",) * len(words) for words in predicted], predicted)
        chunks = _Chunks(flat, flat.predicted, self._read)
        return flat.add_up(chunks.opened & ((chunks.prefix == _INSIDE) | (chunks.prefix == _END)))

    def _read(self, label: str) -> tuple[str, str]:
        prefix, dash, kind = label.partition("-")
        if label == "O" or (dash and prefix in _PREFIXES):
            return _PREFIXES.get(prefix, "O"), kind or "_"
        raise LabelError(
            f"span_f1 reads O and labels such as B-PER or I-PER, and was given {label!r}",
            remedy="score labels that tag no spans with accuracy",
        )


class XtremeF1(_ChunkF1):
    """The F1 that XTREME prints for tagging: seqeval 0.0.12 on tags as they are.

    The first letter is read as the prefix and what follows the last "-" (the whole tag, where there is
    none) as the type. So a run of equal part-of-speech tags is one chunk, except that tags in B, E or S
    (SCONJ, SYM) are chunks of one word each, and tags in O or "." are no chunks at all. On BIO labels
    whose types hold no "-" it equals `SpanF1`. seqeval 1.2.2 gives other figures for part-of-speech tags:
    it cuts off the first letter, so that CCONJ and SCONJ are one type, and loses a final X.
    """

    name: ClassVar[str] = "xtreme_f1"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "XTREME's tagging F1: chunks of equal tags as seqeval 0.0.12 reads them; not accuracy"

    def repaired(self, predicted: Sequence[Predicted]) -> NDArray[np.int64]:
        """This reading takes labels as they are: (n,) zeros."""
        return np.zeros(len(predicted), dtype=np.int64)

    def _read(self, label: str) -> tuple[str, str]:
        if not label:
            raise LabelError("xtreme_f1 reads a tag's first letter, and was given an empty label",
                             remedy="mend the label")
        return label[0], label.rsplit("-", 1)[-1]


class _Chunks:
    """Where chunks open and close, at the word level; all arrays are (W,).

    Attributes:
        prefix, type: ids of each word's prefix and type.
        opened: whether conlleval's start rule holds at a word.
        closed: whether its end rule holds after a word: one chunk each, of `type`, from `begin`.
        begin: the last word that opened, up to this one.
    """

    def __init__(self, flat: FlatLabels, ids: Ids, read: Reading) -> None:
        self.prefix, self.type = _prefixes_and_types(flat.labels, ids, read)
        first = np.ones(len(ids), dtype=np.bool_)
        first[1:] = flat.example[1:] != flat.example[:-1]
        last = np.ones_like(first)
        last[:-1] = first[1:]
        before_prefix, before_type = _shift(self.prefix, _OUTSIDE, first), _shift(self.type, NOTHING, first)
        self.opened = _starts(before_prefix, self.prefix, before_type != self.type)
        after_prefix, after_type = _shift(self.prefix[::-1], _OUTSIDE, last[::-1])[::-1], np.roll(self.type, -1)
        self.closed = _ends(self.prefix, after_prefix, last | (after_type != self.type))
        self.begin = np.maximum.accumulate(np.where(self.opened | first, np.arange(len(ids)), 0))


def _prefixes_and_types(labels: Sequence[str], ids: Ids, read: Reading) -> tuple[Ids, Ids]:
    """Look up each word's prefix and type; a missing prediction is outside, its type matches nothing."""
    kinds: dict[str, int] = {}
    prefixes, types = [], []
    for label in labels:
        letter, kind = read(label)
        prefixes.append(_LETTERS.index(letter) if letter in _LETTERS else _OTHER)
        types.append(kinds.setdefault(kind, len(kinds)))
    # NOTHING is -1: the last entry.
    return np.array([*prefixes, _OUTSIDE])[ids], np.array([*types, NOTHING])[ids]


def _shift(values: Ids, edge: int, first: NDArray[np.bool_]) -> Ids:
    """The value of the word before, or `edge` at the first word of an example."""
    return np.where(first, edge, np.roll(values, 1))


def _starts(before: Ids, here: Ids, other_type: NDArray[np.bool_]) -> NDArray[np.bool_]:
    after_closed = (before == _OUTSIDE) | (before == _END) | (before == _SINGLE)
    continues = (here == _INSIDE) | (here == _END)
    begins = (here == _BEGIN) | (here == _SINGLE) | (after_closed & continues)
    return np.asarray(begins | ((here != _OUTSIDE) & (here != _DOT) & other_type))


def _ends(here: Ids, after: Ids, other_type: NDArray[np.bool_]) -> NDArray[np.bool_]:
    closes = (after == _BEGIN) | (after == _SINGLE) | (after == _OUTSIDE)
    ends = (here == _END) | (here == _SINGLE) | (((here == _BEGIN) | (here == _INSIDE)) & closes)
    return np.asarray(ends | ((here != _OUTSIDE) & (here != _DOT) & other_type))
