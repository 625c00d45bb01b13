from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sprachbund.statistics.distributions import incomplete_beta, t_quantile, t_tail


@given(st.floats(0.05, 500), st.floats(0.05, 500), st.floats(0, 1))
def test_incomplete_beta_equals_scipy(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(special.betainc(a, b, x), rel=1e-8, abs=1e-12)


@given(st.floats(0.001, 0.9999), st.one_of(st.integers(1, 200), st.floats(0.7, 1e5)))
def test_t_quantile_equals_scipy(probability: float, degrees: float) -> None:
    assert t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-8, abs=1e-8)


@given(st.floats(-50, 50), st.floats(0.7, 1e5))
def test_t_tail_equals_scipy(t: float, degrees: float) -> None:
    assert t_tail(t, degrees) == pytest.approx(2 * stats.t.sf(abs(t), degrees), rel=1e-8, abs=1e-12)


def test_tables_of_student() -> None:
    """Abramowitz and Stegun 1964, table 26.10."""
    assert [round(t_quantile(0.975, degrees), 3) for degrees in (1, 2, 4, 9)] == [12.706, 4.303, 2.776, 2.262]
    assert round(t_quantile(0.975, math.inf), 3) == 1.96
    assert t_quantile(0.5, 3) == 0


def test_ends() -> None:
    assert t_tail(math.inf, 3) == 0
    assert t_tail(0.0, 3) == 1
    assert math.isnan(t_tail(math.nan, 3))
    assert t_tail(1.96, math.inf) == pytest.approx(2 * stats.norm.sf(1.96))


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected 0 < probability < 1, got 1\.0"):
        t_quantile(1.0, 3)
    with pytest.raises(ValueError, match="degrees of freedom lie above 0, got 0"):
        t_tail(1.0, 0)
    with pytest.raises(ValueError, match=r"a > 0, b > 0 and 0 <= x <= 1, got 1, 1 and 2"):
        incomplete_beta(1, 1, 2)
