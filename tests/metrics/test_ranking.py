from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.metrics.ranking import RANKING_METRICS, MapAt20, MinedF1, RetrievalAccuracy, average_precision


def one_by_one(ranked: list[int], targets: set[int], k: int) -> float:
    """As LAReQA's own scorer has it, written out."""
    score, hits = 0.0, 0
    for rank, candidate in enumerate(ranked[:k], start=1):
        if candidate in targets:
            hits += 1
            score += hits / rank
    return score / min(len(targets), k)


@given(st.integers(1, 30), st.integers(1, 25), st.data())
def test_average_precision_equals_one_by_one(pool: int, k: int, data: st.DataObject) -> None:
    ranked = data.draw(st.permutations(range(pool)))
    targets = data.draw(st.sets(st.integers(0, pool - 1), min_size=1))
    shown = ranked[:k]
    right = np.array([[candidate in targets for candidate in shown] + [False] * (k - len(shown))])
    assert average_precision(right, np.array([len(targets)]))[0] == pytest.approx(one_by_one(ranked, targets, k))


def test_more_right_ones_than_ranks_can_all_be_found() -> None:
    assert average_precision(np.ones((1, 3), dtype=bool), np.array([11])).tolist() == [1.0]


@pytest.mark.parametrize("metric", [RANKING_METRICS.load(name).value() for name in RANKING_METRICS.names()])
def test_every_metric_values_sums_of_any_shape(metric: RetrievalAccuracy | MapAt20 | MinedF1) -> None:
    columns = len(metric.columns)
    assert np.isnan(metric.value(np.zeros(columns)))
    assert metric.value(np.ones((2, 3, columns))).shape == (2, 3)
    assert metric.summary
    assert metric.version == 1


def test_values_by_hand() -> None:
    assert RetrievalAccuracy().value(np.array([1500, 2000])) == pytest.approx(75.0)
    assert MinedF1().value(np.array([2, 4, 6])) == pytest.approx(100 * 2 * (2 / 4) * (2 / 6) / (2 / 4 + 2 / 6))
    assert math.isclose(MinedF1().value(np.array([0, 4, 6])), 0.0)
