"""Scores of retrieval: per-query counts that add up, as `metric` has them for labels, and their values.

They are kept apart from metrics of labels, which compare a gold label with a predicted one; here a query has a ranked
list of candidates, of which several may be right.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.registry import Registry

Counts = NDArray[np.int64]

MILLION = 1_000_000
"""An average precision of 1, as counts have it: integers add up exactly."""
CUTOFF = 20
"""Ranks that count in `map_at_20`, as LAReQA (2004.05484) and Mewsli-X in XTREME-R (2104.07412) have it."""


class RankingMetric(Protocol):
    """A way to score retrieval."""

    name: ClassVar[str]
    version: ClassVar[int]
    """Raised whenever a value can change; stands in every score row."""
    summary: ClassVar[str]
    """One line for tables and reports."""
    columns: ClassVar[tuple[str, ...]]
    """Names of the counts, K of them."""

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """Turn summed counts (..., K) into scores (...) in points, 0 to 100; NaN where nothing was counted."""
        ...


class _Share:
    """The first count as per cent of the second."""

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """(..., 2) sums to (...) points; NaN where there was no query."""
        numbers = np.asarray(sums, dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(100.0 * numbers[..., 0] / numbers[..., 1])


class RetrievalAccuracy(_Share):
    """Sentences whose nearest neighbour in the source language is their translation."""

    name: ClassVar[str] = "retrieval_accuracy"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = ("sentences whose nearest neighbour in the source language is their translation; "
                              "k equally near ones have a k-th each")
    columns: ClassVar[tuple[str, ...]] = ("found", "whole")


class RetrievalAccuracyReverse(_Share):
    """Sentences of the source language whose nearest neighbour is their translation."""

    name: ClassVar[str] = "retrieval_accuracy_reverse"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = ("the same from the source language: sentences of it whose nearest neighbour is their "
                              "translation")
    columns: ClassVar[tuple[str, ...]] = ("found", "whole")


class MapAt20(_Share):
    """Mean average precision over the first 20 ranks, divided by the number of right candidates, at most 20."""

    name: ClassVar[str] = "map_at_20"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "mean over queries of average precision at 20, divided by min(right candidates, 20)"
    columns: ClassVar[tuple[str, ...]] = ("precision", "whole")


class MinedF1:
    """F1 of mined sentence pairs against the gold pairs, summed over the corpus (BUCC)."""

    name: ClassVar[str] = "mined_f1"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "F1 of mined pairs against the gold pairs, the threshold chosen on dev"
    columns: ClassVar[tuple[str, ...]] = ("correct", "mined", "gold")

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """(..., 3) sums of correct, mined and gold pairs to (...) points; NaN where there is neither."""
        numbers = np.asarray(sums, dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(200.0 * numbers[..., 0] / (numbers[..., 1] + numbers[..., 2]))


RANKING_METRICS = Registry(
    "retrieval metric",
    "sprachbund.retrieval_metrics",
    {
        "retrieval_accuracy": "sprachbund.metrics.ranking:RetrievalAccuracy",
        "retrieval_accuracy_reverse": "sprachbund.metrics.ranking:RetrievalAccuracyReverse",
        "map_at_20": "sprachbund.metrics.ranking:MapAt20",
        "mined_f1": "sprachbund.metrics.ranking:MinedF1",
    },
)


def average_precision(right: NDArray[np.bool_], targets: NDArray[np.integer]) -> NDArray[np.float64]:
    """Average precision at k of ranked lists.

    Args:
        right: (queries, k) whether the candidate at each rank is a right one, best rank first.
        targets: (queries,) how many right candidates each query has; at least 1.

    Returns:
        (queries,) sum of the precisions at the ranks of right candidates, divided by min(targets, k).

    >>> average_precision(np.array([[True, False, True]]), np.array([4])).round(3).tolist()
    [0.556]
    """
    hits = np.cumsum(right, axis=1)
    precision = np.where(right, hits / np.arange(1, right.shape[1] + 1), 0.0)
    return np.asarray(precision.sum(axis=1) / np.minimum(targets, right.shape[1]))
