"""Accuracy: the share of words (or texts) whose predicted label is the gold label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sprachbund.metrics.flattening import flatten
from sprachbund.metrics.metric import Counts, Gold, Predicted


class Accuracy:
    """Correct labels among all labels, summed over the corpus; counts are (correct, total)."""

    name: ClassVar[str] = "accuracy"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "share of words (or texts) labelled right; one without a prediction is wrong"

    def columns(self, labels: Sequence[str]) -> tuple[str, ...]:
        """`("correct", "total")` for every label space."""
        return ("correct", "total")

    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        """Count one corpus: (n, 2).

        Raises:
            ValueError: gold and predicted differ in length.
        """
        flat = flatten(gold, predicted)
        total = np.bincount(flat.example, minlength=flat.examples)
        return np.stack([flat.add_up(flat.gold == flat.predicted), total], axis=-1)

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """(..., 2) sums to (...) points; NaN where there was no word."""
        numbers = np.asarray(sums, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            return np.asarray(100.0 * numbers[..., 0] / numbers[..., 1])

    def repaired(self, predicted: Sequence[Predicted]) -> NDArray[np.int64]:
        """Nothing is ever repaired: (n,) zeros."""
        return np.zeros(len(predicted), dtype=np.int64)
