from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sprachbund.statistics.t_sums import normal_tail, satterthwaite, sum_quantile, sum_tail

VARIANCES = st.floats(0.01, 10)
DEGREES = st.one_of(st.floats(1, 60), st.just(math.inf))


@given(VARIANCES, st.floats(1, 150), st.floats(0.6, 0.999))
def test_one_source_is_students_t(variance: float, degrees: float, probability: float) -> None:
    expected = math.sqrt(variance) * stats.t.ppf(probability, degrees)
    assert sum_quantile(probability, [(variance, degrees), (0.0, 1.0)]) == pytest.approx(expected, rel=1e-7)
    assert sum_tail(expected, [(variance, degrees)]) == pytest.approx(2 * (1 - probability), rel=1e-6)


@given(VARIANCES, DEGREES, VARIANCES, DEGREES)
def test_tail_and_quantile_are_inverse(first: float, few: float, second: float, many: float) -> None:
    sources = [(first, few), (second, many)]
    assert sum_tail(sum_quantile(0.975, sources), sources) == pytest.approx(0.05, abs=1e-6)


@given(VARIANCES, st.floats(2, 60), VARIANCES)
def test_the_quantile_lies_between_that_of_all_known_and_that_of_all_badly_known(
    first: float, degrees: float, second: float
) -> None:
    found = sum_quantile(0.975, [(first, degrees), (second, math.inf)])
    error = math.sqrt(first + second)
    assert stats.norm.ppf(0.975) * error * (1 - 1e-6) <= found <= stats.t.ppf(0.975, degrees) * error * (1 + 1e-4)


@pytest.mark.parametrize("sources", [[(1.0, 2.0), (1.0, 9.5)], [(1.0, 4.0), (0.3, math.inf)],
                                     [(0.5, 2.0), (1.0, 30.0), (0.2, 9.0)]])
def test_the_quantile_is_that_of_a_simulated_sum(sources: list[tuple[float, float]]) -> None:
    rng = np.random.default_rng(0)
    drawn = sum(
        math.sqrt(variance) * (rng.standard_normal(400_000) if math.isinf(degrees) else
                               rng.standard_t(degrees, 400_000))
        for variance, degrees in sources
    )
    assert float((np.abs(drawn) <= sum_quantile(0.975, sources)).mean()) == pytest.approx(0.95, abs=0.0015)
    assert float((np.abs(drawn) >= 2.0).mean()) == pytest.approx(sum_tail(2.0, sources), abs=0.003)


@pytest.mark.parametrize(("first", "second", "expected"), [
    (6, 6, 2.435), (8, 8, 2.292), (12, 12, 2.167), (24, 24, 2.056), (12, 6, 2.301),
])
def test_the_tables_of_behrens_and_fisher(first: float, second: float, expected: float) -> None:
    """Sukhatme 1938, 5 % points of d at an angle of 45 degrees."""
    assert sum_quantile(0.975, [(0.5, first), (0.5, second)]) == pytest.approx(expected, abs=0.0011)


def test_satterthwaite_on_a_known_case() -> None:
    assert satterthwaite([(1.0, 2.0), (1.0, 2.0)]) == 4
    assert satterthwaite([(3.0, 5.0), (0.0, 1.0)]) == 5
    assert math.isinf(satterthwaite([(0.0, 1.0)]))


def test_nothing_that_varies_and_nothing_that_is_known() -> None:
    assert sum_quantile(0.975, [(0.0, 2.0)]) == 0
    assert (sum_tail(0.0, [(0.0, 2.0)]), sum_tail(0.1, [(0.0, 2.0)])) == (1, 0)
    assert math.isnan(sum_quantile(0.975, [(math.nan, 2.0)]))
    assert math.isnan(sum_tail(1.0, [(math.nan, 2.0), (1.0, 3.0)]))
    with pytest.raises(ValueError, match=r"expected 0\.5 < probability < 1, got 0\.2"):
        sum_quantile(0.2, [(1.0, 2.0)])


def test_the_normal_tail_equals_scipy() -> None:
    places = np.linspace(-8.9, 8.9, 10_001)
    assert normal_tail(places) == pytest.approx(stats.norm.sf(places), rel=1e-8)
