from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.statistics.curves import fit_curves, optimum, peak_agreement

LAYERS = range(1, 12)


def arch(peak: float, height: float = 1.0) -> np.ndarray:
    return np.asarray(height * (1 - ((np.arange(1, 12) - peak) / 6) ** 2))


@given(st.floats(-3, 3), st.floats(-1, 1), st.floats(-0.5, -0.01))
def test_a_quadratic_is_found_exactly(start: float, slope: float, bend: float) -> None:
    k = np.arange(1.0, 12)
    found = fit_curves(LAYERS, start + slope * k + bend * k**2)
    assert found.coefficients["quadratic"] == pytest.approx((start, slope, bend), abs=1e-8)
    assert found.vertex == pytest.approx(-slope / (2 * bend), rel=1e-5, abs=1e-6)
    assert found.best == "flat"
    assert math.isnan(found.errors["flat"])


def test_the_shape_is_told_by_the_seed_left_out() -> None:
    rng = np.random.default_rng(0)
    heights = rng.normal(0, 5, (5, 1))
    noise = rng.normal(0, 0.2, (5, 11))
    assert fit_curves(LAYERS, heights + arch(7) + noise).best == "quadratic"
    assert fit_curves(LAYERS, heights + 0.2 * np.arange(11) + noise).best == "linear"
    assert fit_curves(LAYERS, heights + noise).best == "flat"
    assert fit_curves(LAYERS, -arch(6) + noise).vertex is None


def test_the_error_left_out_equals_a_loop() -> None:
    curves = np.random.default_rng(1).normal(size=(4, 11))
    centred = curves - curves.mean(axis=1, keepdims=True)
    errors = []
    for left_out in range(4):
        fitted = np.polynomial.Polynomial.fit(np.arange(1, 12), np.delete(centred, left_out, 0).mean(axis=0), 2)
        errors.append((centred[left_out] - fitted(np.arange(1, 12))) ** 2)
    assert fit_curves(LAYERS, curves).errors["quadratic"] == pytest.approx(np.mean(errors))


def test_a_clear_peak_is_interior_and_a_rise_is_not() -> None:
    rng = np.random.default_rng(2)
    clear = optimum(LAYERS, arch(6, 3) + rng.normal(0, 0.1, (5, 20, 11)))
    assert (clear.place, clear.interior) == (6, 1)
    assert sum(clear.shares) == pytest.approx(1)
    rising = optimum(LAYERS, np.arange(11) + rng.normal(0, 0.1, (5, 11)))
    assert (rising.place, rising.interior) == (11, 0)
    assert optimum(LAYERS, np.zeros((3, 11))).shares == pytest.approx([1 / 11] * 11)


def test_the_shares_are_those_of_a_bootstrap_in_loops() -> None:
    rng = np.random.default_rng(3)
    curves = arch(6) + rng.normal(0, 0.8, (3, 11))
    rng = np.random.default_rng(4)
    drawn = [int(curves[rng.integers(0, 3, 3)].mean(axis=0).argmax()) for _ in range(20_000)]
    assert optimum(LAYERS, curves).shares == pytest.approx(np.bincount(drawn, minlength=11) / 20_000, abs=0.015)


def test_peaks_agree_or_do_not() -> None:
    rng = np.random.default_rng(5)
    curves = [arch(peak, 20) + rng.normal(0, 0.1, (5, 11)) for peak in (3, 3, 9)]
    optima = [optimum(LAYERS, one) for one in curves]
    means = [one.mean(axis=0) for one in curves]
    assert peak_agreement(optima[:2], means[:2]).all_equal == pytest.approx(1, abs=0.02)
    apart = peak_agreement(optima, means)
    assert apart.all_equal == 0
    assert apart.correlations[0, 1] > 0.9 > 0 > apart.correlations[0, 2]
    assert np.diagonal(apart.correlations) == pytest.approx(1)


def test_what_is_no_curve_is_refused() -> None:
    with pytest.raises(ValueError, match=r"11 places need curves \(\.\.\., 11\), got the shape \(2, 3\)"):
        fit_curves(LAYERS, np.zeros((2, 3)))
    with pytest.raises(ValueError, match="4 ascending places or more"):
        fit_curves([1, 2, 2, 3], np.zeros((2, 4)))
    with pytest.raises(ValueError, match="missing value"):
        optimum(LAYERS, np.full((2, 11), np.nan))
    one = optimum(LAYERS, np.zeros((2, 11)))
    with pytest.raises(ValueError, match="two tasks or more"):
        peak_agreement([one], [np.zeros(11)])
    with pytest.raises(ValueError, match="different places"):
        peak_agreement([one, optimum([1, 2, 3], np.zeros((2, 3)))], [np.zeros(11), np.zeros(3)])
