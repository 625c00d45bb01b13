from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sprachbund.statistics.intervals import (
    bootstrap_interval,
    percentile_interval,
    t_interval,
)


def share(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return 100 * sums[..., 0] / sums[..., 1]


def test_equals_scipy_on_the_same_sample() -> None:
    rng = np.random.default_rng(1)
    right = rng.random(300) < 0.8
    counts = np.stack([right, np.ones_like(right)], axis=-1).astype(np.int64)
    ours = bootstrap_interval(counts, share, resamples=9999)
    theirs = stats.bootstrap((100.0 * right,), np.mean, method="percentile", rng=rng).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.4)
    assert ours.method == "percentile bootstrap over examples, 9999 resamples"
    assert ours == bootstrap_interval(counts, share, resamples=9999)


def test_coverage_is_about_the_level() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for trial in range(400):
        total = rng.integers(5, 25, 150)
        counts = np.stack([rng.binomial(total, rng.beta(8, 4, 150)), total], axis=-1)
        interval = bootstrap_interval(counts, share, level=0.9, resamples=400, seed=trial)
        covered += interval.low <= 100 * 8 / 12 <= interval.high
    assert 0.86 <= covered / 400 <= 0.94


def test_coverage_over_examples_and_repetitions() -> None:
    """The truth is the mean over all seeds and examples; drawing examples alone would miss it too often."""
    rng = np.random.default_rng(3)
    both = alone = 0
    for trial in range(300):
        luck = rng.normal(0, 0.03, 6)[:, None]
        ease = rng.normal(0.7, 0.1, 100)
        right = rng.binomial(20, np.clip(ease + luck, 0, 1))
        counts = np.stack([right, np.full_like(right, 20)], axis=-1)
        interval = bootstrap_interval(counts, share, level=0.9, resamples=300, seed=trial)
        both += interval.low <= 70 <= interval.high
        pooled = bootstrap_interval(counts.sum(axis=0), share, level=0.9, resamples=300, seed=trial)
        alone += pooled.low <= 70 <= pooled.high
    assert interval.method == "percentile bootstrap over examples, 300 resamples, Student's t over 6 repetitions"
    assert 0.86 <= both / 300 <= 0.94
    assert alone < both


def test_draws_without_a_score_are_left_out() -> None:
    draws = np.array([np.nan, 1.0, 2.0, 3.0])
    assert percentile_interval(draws, level=0.5).low == 1.5
    empty = percentile_interval(np.full(3, np.nan))
    assert np.isnan(empty.low)
    assert np.isnan(empty.high)


def test_t_interval_equals_scipy() -> None:
    values = [61.2, 63.0, 60.4]
    interval = t_interval(values, level=0.9)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    assert interval.method == "Student's t over 3 repetitions"


def test_what_has_no_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="needs two values or more, got 1"):
        t_interval([1.0])
    with pytest.raises(ValueError, match="a level lies between 0 and 1, got 95"):
        percentile_interval(np.ones(3), level=95)
