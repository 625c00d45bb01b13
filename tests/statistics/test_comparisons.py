from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sprachbund.statistics.comparisons import compare, compare_groups, holm, p_value
from sprachbund.statistics.intervals import bootstrap_interval


def share(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return 100 * sums[..., 0] / sums[..., 1]


def pair(
    rng: np.random.Generator, n: int, gain: float = 0.0, repetitions: int = 1, luck: float = 0.0
) -> NDArray[np.int64]:
    """(2, S, n, 2) counts of two systems: examples are equally hard for both, each seed has its luck."""
    total = rng.integers(5, 25, n)
    ease = rng.beta(6, 3, n)
    chance = np.stack([ease, ease + gain])[:, None] + luck * rng.normal(size=(2, repetitions, 1))
    right = rng.binomial(total, np.clip(chance, 0, 1))
    return np.stack([right, np.broadcast_to(total, right.shape)], axis=-1)


def test_equal_systems_do_not_differ() -> None:
    counts = pair(np.random.default_rng(0), 50)[0]
    result = compare(counts, counts, share)
    assert (result.difference, result.p_value) == (0, 1)
    assert (result.interval.low, result.interval.high) == (0, 0)


def test_a_clear_gain_is_found_and_its_sign_is_second_minus_first() -> None:
    worse, better = pair(np.random.default_rng(0), 300, gain=0.1)
    result = compare(worse, better, share, resamples=999)
    assert 5 < result.interval.low < result.difference < result.interval.high < 15
    assert result.p_value == 2 / 1000
    assert compare(better, worse, share, resamples=999).difference == -result.difference


def test_pairing_makes_the_interval_narrower() -> None:
    rng = np.random.default_rng(0)
    first, second = pair(rng, 300)
    paired = compare(first, second, share).interval
    single = bootstrap_interval(first[0], share)
    assert paired.high - paired.low < single.high - single.low


def test_agrees_with_a_paired_t_test() -> None:
    rng = np.random.default_rng(5)
    total = np.full(200, 20)
    right = rng.binomial(20, [[0.7], [0.72]], (2, 200))
    counts = np.stack([right, np.broadcast_to(total, right.shape)], axis=-1)
    ours = compare(*counts, share, resamples=20_000).p_value
    assert ours == pytest.approx(stats.ttest_rel(right[0], right[1]).pvalue, abs=0.02)


@pytest.mark.parametrize(("repetitions", "luck"), [(1, 0.0), (3, 0.0), (3, 0.005), (8, 0.02)])
def test_p_values_are_about_uniform_where_there_is_no_difference(repetitions: int, luck: float) -> None:
    rng = np.random.default_rng(6)
    found = np.array([
        compare(*pair(rng, 120, repetitions=repetitions, luck=luck), share, resamples=300, seed=trial).p_value
        for trial in range(400)
    ])
    # A little too large where seeds are few; never much too small.
    for level, low, high in ((0.05, 0.01, 0.08), (0.2, 0.1, 0.26), (0.5, 0.38, 0.58)):
        assert low <= (found <= level).mean() <= high


def test_the_p_value_agrees_with_the_interval() -> None:
    rng = np.random.default_rng(7)
    for trial in range(40):
        result = compare(*pair(rng, 80, gain=0.03), share, resamples=1999, seed=trial)
        outside = result.interval.low > 0 or result.interval.high < 0
        assert outside == (result.p_value < 0.05) or result.p_value == pytest.approx(0.05, abs=0.003)


def test_groups_and_their_mean() -> None:
    rng = np.random.default_rng(8)
    pairs = [pair(rng, n, gain, 2) for n, gain in ((100, 0.0), (200, 0.08), (150, 0.02))]
    first, second = ([counts[side] for counts in pairs] for side in (0, 1))
    names = ["de", "th", "zh"]
    result = compare_groups(first, second, share, names=names, resamples=500)
    assert result.overall.difference == pytest.approx(np.mean([group.difference for group in result.groups]))
    assert result.groups[1] == compare(first[1], second[1], share, resamples=500, name="th")
    assert result.adjusted == tuple(holm([group.p_value for group in result.groups]))
    widths = [group.interval.high - group.interval.low for group in result.groups]
    assert result.overall.interval.high - result.overall.interval.low < max(widths)


def test_p_values_at_the_ends() -> None:
    assert p_value(np.ones(99)) == 2 / 100
    assert p_value(np.array([-1.0, 1.0])) == 1
    assert p_value(np.array([np.nan, 1.0, 1.0, 1.0])) == 0.5
    assert np.isnan(p_value(np.full(3, np.nan)))


def test_holm_on_a_known_case() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.01, np.nan, 0.03]) == pytest.approx([0.02, np.nan, 0.03], nan_ok=True)
    assert holm([0.9, 0.8]).tolist() == [1, 1]
    assert holm([]).tolist() == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_keeps_order_and_lies_between_the_p_value_and_bonferroni(values: list[float]) -> None:
    given_values, adjusted = np.array(values), holm(values)
    assert (adjusted >= given_values).all()
    assert (adjusted <= np.minimum(1, given_values * len(values)) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(given_values, kind="stable")]) >= 0).all()
    # Step-down, as the paper puts it: reject in order while p <= alpha / (m - i).
    rejected, alpha = 0, 0.05
    for rank, value in enumerate(sorted(values)):
        if value * (len(values) - rank) > alpha:
            break
        rejected += 1
    assert (adjusted <= alpha).sum() == rejected


def test_what_cannot_be_paired_is_refused() -> None:
    first, second = pair(np.random.default_rng(0), 10)
    with pytest.raises(ValueError, match=r"group 1: counts \(1, 10, 2\) and \(1, 9, 2\) are not of the same examples"):
        compare(first, second[:, :9], share)
    with pytest.raises(ValueError, match="the systems have 1 and 2 groups"):
        compare_groups([first], [second, second], share)


def test_fifty_groups_of_two_systems_take_a_few_seconds() -> None:
    rng = np.random.default_rng(9)
    pairs = [pair(rng, n) for n in rng.integers(500, 1500, 50)]
    begin = time.process_time()
    compare_groups([counts[0] for counts in pairs], [counts[1] for counts in pairs], share)
    assert time.process_time() - begin < 6
