"""Scores of frames, an intent for a sentence and a slot label for each of its words.

An example is the sequence (intent, slot, slot, ...), as `FrameExample.frame` has it. The three figures are those of
the xSID paper (van der Goot et al. 2021) and its script `nluEval.py`: accuracy of intents, F1 of slots that match in
type and extent, and the share of sentences with nothing wrong in them. Slots are read as `SpanF1` reads spans. The
script reads them otherwise where labels go on with a slot that nothing has begun (it drops them), where the type
changes within a slot (it does not see that), and at the last word of a sentence (there `B-x O` and `B-x I-x` are
the same to it).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sprachbund.metrics.accuracy import Accuracy
from sprachbund.metrics.metric import Counts, Gold, Predicted
from sprachbund.metrics.spans import SpanF1

NOT_ASKED = ""
"""Stands for a gold intent that is left out of the scores: such sentences count for their slots alone."""


class IntentAccuracy(Accuracy):
    """Accuracy of the intents alone; counts are (correct, total)."""

    name: ClassVar[str] = "intent_accuracy"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "share of sentences whose intent is right; one without a prediction is wrong"

    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        """Count one corpus: (n, 2).

        Raises:
            ValueError: gold and predicted differ in length.
        """
        _check_lengths(gold, predicted)
        asked = [one[:1] if _is_asked(one) else () for one in gold]
        given = [one[: len(wanted)] for one, wanted in zip(predicted, asked, strict=True)]
        return super().count(asked, given, labels)


class SlotF1(SpanF1):
    """`SpanF1` of the slots alone; counts are (correct, predicted, gold) slots."""

    name: ClassVar[str] = "slot_f1"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "micro F1 of slots that match in type and extent, read as span_f1 reads spans"

    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        """Count one corpus: (n, 3).

        Raises:
            LabelError: a slot label that is no span label.
            ValueError: gold and predicted differ in length.
        """
        _check_lengths(gold, predicted)
        return super().count([one[1:] for one in gold], [one[1:] for one in predicted], labels)

    def repaired(self, predicted: Sequence[Predicted]) -> NDArray[np.int64]:
        """As `SpanF1.repaired`, of the slots: (n,)."""
        return super().repaired([one[1:] for one in predicted])


class FrameAccuracy(SlotF1):
    """Share of sentences with the right intent, all slots right in type and extent, and none too many.

    A sentence with a word that has no prediction is wrong. Counts are (correct, total).
    """

    name: ClassVar[str] = "frame_accuracy"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "share of sentences with the right intent and exactly the right slots"

    def columns(self, labels: Sequence[str]) -> tuple[str, ...]:
        """`("correct", "total")` for every label space."""
        return ("correct", "total")

    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        """Count one corpus: (n, 2); raises as `SlotF1.count` does."""
        slots = super().count(gold, predicted, labels)
        total = np.array([_is_asked(one) for one in gold], dtype=np.int64)
        pairs = zip(map(tuple, gold), map(tuple, predicted), strict=True)
        intents = np.array([one[:1] == given[:1] and None not in given for one, given in pairs], dtype=np.bool_)
        same = (slots[:, 0] == slots[:, 1]) & (slots[:, 1] == slots[:, 2])
        return np.stack([total * (same & intents), total], axis=-1)

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """(..., 2) sums to (...) points; NaN where there was no sentence."""
        return Accuracy().value(sums)


def _is_asked(gold: Gold) -> bool:
    return len(gold) > 0 and gold[0] != NOT_ASKED


def _check_lengths(gold: Sequence[Gold], predicted: Sequence[Predicted]) -> None:
    if [len(one) for one in gold] != [len(one) for one in predicted]:
        raise ValueError("gold frames and predictions differ in number or length")
