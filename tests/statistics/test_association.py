from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sprachbund.statistics.association import correlated, partial_correlation, rank_correlation, ranked, within_between


@given(st.lists(st.integers(0, 5), min_size=2, max_size=12))
def test_ranks_equal_scipy(values: list[int]) -> None:
    assert ranked(np.array(values, dtype=float)) == pytest.approx(stats.rankdata(values))


def test_correlations_equal_scipy_and_nothing_varies_is_nothing() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 9))
    assert correlated(x, y) == pytest.approx(stats.pearsonr(x, y).statistic)
    assert np.isnan(correlated(x, np.ones(9)))


def test_a_curve_that_falls_has_a_negative_rank_correlation() -> None:
    rng = np.random.default_rng(1)
    curves = -0.3 * np.arange(11) + rng.normal(size=(30, 11))
    found = rank_correlation(range(11), curves)
    assert found.value == pytest.approx(stats.spearmanr(range(11), curves.mean(axis=0)).statistic)
    assert found.interval.high < 0
    assert found.units == 30
    assert found == rank_correlation(range(11), curves)
    flat = rank_correlation(range(11), rng.normal(size=(30, 11)))
    assert flat.interval.low < flat.value < flat.interval.high


def test_a_partial_correlation_is_that_of_residuals() -> None:
    rng = np.random.default_rng(2)
    controls = rng.normal(size=(40, 2))
    x, y = controls @ [1.0, -2.0] + rng.normal(size=40), controls @ [1.5, 0.5] + rng.normal(size=40)
    design = np.column_stack([np.ones(40), controls])
    left = [side - design @ np.linalg.lstsq(design, side, rcond=None)[0] for side in (x, y)]
    found = partial_correlation(x, y, controls)
    assert found.value == pytest.approx(stats.pearsonr(*left).statistic)
    assert found.interval.low < found.value < found.interval.high
    assert partial_correlation(x, y).value == pytest.approx(stats.pearsonr(x, y).statistic)
    assert np.isnan(partial_correlation(controls[:, 0], y, controls).value)


def test_rows_of_one_language_are_drawn_together() -> None:
    rng = np.random.default_rng(3)
    languages = np.repeat(np.arange(12), 10)
    x, y = (np.repeat(rng.normal(size=12), 10) + 0.1 * rng.normal(size=120) for _ in range(2))
    widths = [found.interval.high - found.interval.low for found in (
        partial_correlation(x, y), partial_correlation(x, y, clusters=languages.tolist()))]
    assert widths[1] > 2 * widths[0]


FAMILIES = list("aaaaabbbccdde")


def similarity(rng: np.random.Generator, within: float, labels: list[str]) -> np.ndarray:
    noise = rng.normal(0, 0.3, (len(labels),) * 2)
    return np.asarray(within * np.equal.outer(labels, labels) + noise + noise.T)


def test_likeness_within_families_is_found_unless_a_control_explains_it() -> None:
    rng = np.random.default_rng(4)
    alike = similarity(rng, 1.0, FAMILIES)
    found = within_between(alike, FAMILIES, permutations=999)
    assert found.p_value <= 0.005
    assert found.difference == pytest.approx(found.within - found.between)
    assert found.pairs == 10 + 3 + 1 + 1
    script = [{"a": "x", "b": "x"}.get(name, name) for name in FAMILIES]
    by_script = similarity(rng, 1.0, script)
    control = np.equal.outer(script, script).astype(float)
    assert within_between(by_script, FAMILIES, permutations=999).p_value <= 0.05
    controlled = within_between(by_script, FAMILIES, controls=[control], permutations=999)
    assert controlled.p_value > 0.05
    assert abs(controlled.difference) < 0.5


def test_the_controlled_difference_is_a_regression_slope() -> None:
    rng = np.random.default_rng(5)
    alike, control = similarity(rng, 0.5, FAMILIES), similarity(rng, 0.2, FAMILIES)
    upper = np.triu_indices(len(FAMILIES), 1)
    design = np.column_stack([np.equal.outer(FAMILIES, FAMILIES)[upper], np.ones(len(upper[0])), control[upper]])
    slope = np.linalg.lstsq(design, alike[upper], rcond=None)[0][0]
    assert within_between(alike, FAMILIES, controls=[control], permutations=9).difference == pytest.approx(slope)


def test_p_values_are_uniform_where_families_do_not_matter() -> None:
    rng = np.random.default_rng(6)
    found = np.array([within_between(similarity(rng, 0.0, FAMILIES), FAMILIES, permutations=99, seed=trial).p_value
                      for trial in range(300)])
    for level in (0.1, 0.5):
        assert (found <= level).mean() == pytest.approx(level, abs=0.08)


def test_what_cannot_be_correlated_is_refused() -> None:
    with pytest.raises(ValueError, match="three places or more and curves"):
        rank_correlation([1, 2], np.zeros((3, 2)))
    with pytest.raises(ValueError, match="missing value"):
        rank_correlation([1, 2, 3], np.full((3, 3), np.nan))
    with pytest.raises(ValueError, match="lengths differ"):
        partial_correlation(np.zeros(5), np.zeros(6))
    with pytest.raises(ValueError, match="5 rows in 5 clusters are too few with 2 controls"):
        partial_correlation(np.zeros(5), np.zeros(5), np.zeros((5, 2)))
    with pytest.raises(ValueError, match="3 groups need matrices"):
        within_between(np.zeros((2, 2)), ["a", "a", "b"])
    with pytest.raises(ValueError, match="symmetric"):
        within_between(np.arange(9.0).reshape(3, 3), ["a", "a", "b"])
    with pytest.raises(ValueError, match="no pairs within groups, or none between"):
        within_between(np.zeros((3, 3)), ["a", "b", "c"])
    with pytest.raises(ValueError, match="the controls alone say"):
        within_between(np.zeros((3, 3)), ["a", "a", "b"], controls=[np.equal.outer([0, 0, 1], [0, 0, 1]) * 1.0])
