"""Examples of labels laid out flat, so that a corpus is counted in array operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import LabelError, join_or, near_matches
from sprachbund.metrics.metric import Gold, Predicted

NOTHING = -1  # the id of a prediction that is not there


@dataclass(frozen=True, slots=True)
class FlatLabels:
    """All W words of a corpus one after another.

    Args:
        example: (W,) which example a word belongs to.
        examples: number of examples, n.
        gold: (W,) ids of gold labels.
        predicted: (W,) ids of predicted labels, `NOTHING` where there is none.
        labels: id -> label, those of the label space first.
    """

    example: NDArray[np.int64]
    examples: int
    gold: NDArray[np.int64]
    predicted: NDArray[np.int64]
    labels: tuple[str, ...]

    def add_up(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many chosen words each example has: (W,) to (n,)."""
        return np.bincount(self.example[chosen], minlength=self.examples)


def flatten(gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str] = ()) -> FlatLabels:
    """Lay a corpus out flat; labels beyond `labels` get the ids after them, in order of appearance.

    Raises:
        ValueError: gold and predicted differ in length, with the example; or a gold label is None.
    """
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} examples have gold labels, {len(predicted)} have predictions")
    for position, (expected, given) in enumerate(zip(gold, predicted, strict=True)):
        if len(expected) != len(given):
            raise ValueError(f"example {position + 1} has {len(expected)} gold labels and {len(given)} predictions")
    ids: dict[str | None, int] = {label: number for number, label in enumerate(labels)}
    gold_ids = np.array([ids.setdefault(label, len(ids)) for words in gold for label in words], dtype=np.int64)
    if None in ids:
        raise ValueError("a gold label is None; leave words without a gold label out of gold and predictions")
    ids[None] = NOTHING
    predicted_ids = np.array(
        [ids.setdefault(label, len(ids) - 1) for words in predicted for label in words], dtype=np.int64
    )
    lengths = np.array([len(words) for words in gold], dtype=np.int64)
    known = tuple(label for label in ids if label is not None)
    return FlatLabels(np.repeat(np.arange(len(gold)), lengths), len(gold), gold_ids, predicted_ids, known)


def refuse_unknown(flat: FlatLabels, labels: Sequence[str], metric: str) -> None:
    """Refuse labels outside the label space, for metrics that keep counts a class.

    Raises:
        LabelError: with the label, its near matches and the space.
    """
    if len(flat.labels) > len(labels):
        stranger = flat.labels[len(labels)]
        near = near_matches(stranger, labels)
        hint = f" (near: {join_or(near)})" if near else ""
        raise LabelError(
            f"{metric} counts by class and was given the label {stranger!r}, which is not in the label space"
            f"{hint}; known: {', '.join(labels)}",
            remedy="leave such items out (--unknown-labels ignore), or score with accuracy",
        )
