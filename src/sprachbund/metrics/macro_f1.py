"""Macro F1: the mean over classes of each class's F1, so that rare classes weigh as much as frequent ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sprachbund.metrics.flattening import FlatLabels, flatten, refuse_unknown
from sprachbund.metrics.metric import Counts, Gold, Predicted


class MacroF1:
    """Mean F1 over the classes that occur in gold or predictions, with three counts a class.

    A class that occurs in neither is left out of the mean, as scikit-learn does where it is given no
    list of labels; a missing prediction is a miss of its gold class and no class of its own. In a
    bootstrap resample the classes are those that the resample holds.
    """

    name: ClassVar[str] = "macro_f1"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "mean F1 over the classes that occur in gold labels or predictions"

    def columns(self, labels: Sequence[str]) -> tuple[str, ...]:
        """`correct`, `predicted` and `gold` of each class, class by class: 3 x classes names."""
        return tuple(f"{what}:{label}" for label in labels for what in ("correct", "predicted", "gold"))

    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        """Count one corpus: (n, 3 x classes).

        Raises:
            LabelError: a label that is not in the label space.
            ValueError: gold and predicted differ in length.
        """
        flat = flatten(gold, predicted, labels)
        refuse_unknown(flat, labels, self.name)
        classes = len(labels)
        counts = np.empty((flat.examples, classes, 3), dtype=np.int64)
        counts[..., 0] = _by_class(flat, flat.gold, flat.gold == flat.predicted, classes)
        counts[..., 1] = _by_class(flat, flat.predicted, flat.predicted >= 0, classes)
        counts[..., 2] = _by_class(flat, flat.gold, np.ones_like(flat.gold, dtype=np.bool_), classes)
        return counts.reshape(flat.examples, classes * 3)

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """(..., 3 x classes) sums to (...) points; NaN where no class occurs."""
        numbers = np.asarray(sums, dtype=np.float64)
        numbers = numbers.reshape(*numbers.shape[:-1], -1, 3)
        occurrences = numbers[..., 1] + numbers[..., 2]
        f1 = np.divide(200.0 * numbers[..., 0], occurrences, out=np.zeros_like(occurrences), where=occurrences > 0)
        present = (occurrences > 0).sum(axis=-1)
        with np.errstate(invalid="ignore"):
            return np.asarray(f1.sum(axis=-1) / present)

    def repaired(self, predicted: Sequence[Predicted]) -> NDArray[np.int64]:
        """Nothing is ever repaired: (n,) zeros."""
        return np.zeros(len(predicted), dtype=np.int64)


def _by_class(flat: FlatLabels, ids: NDArray[np.int64], chosen: NDArray[np.bool_], classes: int) -> Counts:
    """Chosen words by example and class: (n, classes)."""
    cells = flat.example[chosen] * classes + ids[chosen]
    return np.bincount(cells, minlength=flat.examples * classes).reshape(flat.examples, classes)
