from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sprachbund.statistics.regression import leave_one_out_error, regress, select_forward

SIZES = st.tuples(st.integers(1, 4), st.integers(8, 25), st.integers(0, 10_000))


def drawn(size: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    p, n, seed = size
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) * rng.uniform(0.01, 50, p) + rng.normal(size=p)
    return x @ rng.normal(size=p) + rng.normal(size=n), x


def fit(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.lstsq(np.column_stack([np.ones(len(y)), x]), y, rcond=None)[0])


@given(SIZES)
@settings(max_examples=40, deadline=None)
def test_the_fit_is_least_squares_and_leaving_out_is_fitting_anew(size):
    y, x = drawn(size)
    found = regress(y, x, draws=20)
    solution = fit(y, x)
    assert (found.intercept, *found.slopes) == pytest.approx(tuple(solution), rel=1e-6, abs=1e-8)
    assert found.fitted + found.residuals == pytest.approx(y)
    again = []
    for unit in range(len(y)):
        rest = np.arange(len(y)) != unit
        b = fit(y[rest], x[rest])
        again.append(b[0] + x[unit] @ b[1:])
    assert found.left_out == pytest.approx(np.array(again), rel=1e-6, abs=1e-6)
    assert found.error == pytest.approx(math.sqrt(np.mean((y - again) ** 2)), rel=1e-6)
    assert leave_one_out_error(y, x) == pytest.approx(found.error, rel=1e-8)
    means = np.array([np.delete(y, unit).mean() for unit in range(len(y))])
    assert found.mean_error == pytest.approx(math.sqrt(np.mean((y - means) ** 2)))
    assert leave_one_out_error(y, x[:, []]) == pytest.approx(found.mean_error)


@given(SIZES)
@settings(max_examples=25, deadline=None)
def test_studentised_residuals_are_those_of_a_fit_without_the_unit(size):
    y, x = drawn(size)
    found = regress(y, x, draws=20)
    for unit in range(0, len(y), 3):
        mark = np.zeros(len(y))
        mark[unit] = 1  # the t value of a dummy for the unit (Cook and Weisberg 1982)
        design = np.column_stack([np.ones(len(y)), x, mark])
        b, *_ = np.linalg.lstsq(design, y, rcond=None)
        left = y - design @ b
        variance = left @ left / (len(y) - design.shape[1])
        error = math.sqrt(variance * np.linalg.inv(design.T @ design)[-1, -1])
        assert found.outlying[unit] == pytest.approx(b[-1] / error, rel=1e-4, abs=1e-4)


@given(st.integers(0, 1000), st.floats(-100, 100), st.floats(0.1, 100))
@settings(max_examples=25, deadline=None)
def test_units_of_measurement_change_slopes_alone(seed, shift, scale):
    y, x = drawn((2, 12, seed))
    one, other = regress(y, x, draws=20), regress(y, x * scale + shift, draws=20)
    assert np.array(one.slopes) == pytest.approx(np.array(other.slopes) * scale, rel=1e-5)
    assert (one.r_squared, one.error) == pytest.approx((other.r_squared, other.error), rel=1e-5)
    assert one.outlying == pytest.approx(other.outlying, rel=1e-4, abs=1e-5)


def test_one_predictor_equals_scipy() -> None:
    y, x = drawn((1, 20, 3))
    found, known = regress(y, x), stats.linregress(x[:, 0], y)
    assert found.slopes[0] == pytest.approx(known.slope)
    assert found.errors[0] == pytest.approx(known.stderr)
    assert found.r_squared == pytest.approx(known.rvalue**2)
    half = stats.t.ppf(0.975, 18) * known.stderr
    assert (found.intervals[0].low, found.intervals[0].high) == pytest.approx((known.slope - half, known.slope + half))
    assert found.predicted_share == pytest.approx(1 - (found.error / found.mean_error) ** 2)


def test_redrawing_units_agrees_with_t_where_noise_is_even_and_is_wider_where_it_is_not() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 1))
    even = regress(2 * x[:, 0] + rng.normal(size=200), x)
    fanned = regress(2 * x[:, 0] + rng.normal(size=200) * np.abs(x[:, 0]) ** 2, x)

    def wider(found):
        (t,), (b,) = found.intervals, found.drawn
        return (b.high - b.low) / (t.high - t.low)

    assert wider(even) == pytest.approx(1, abs=0.15)
    assert wider(fanned) > 1.3
    assert regress(x[:, 0], x, seed=1).drawn == regress(x[:, 0], x, seed=1).drawn


def test_what_is_far_off_is_found_and_what_fits_exactly_is_not() -> None:
    x = np.arange(12.0)[:, None]
    y = 3 * x[:, 0] + np.tile([0.1, -0.1], 6)
    y[4] += 8
    assert int(np.abs(regress(y, x).outlying).argmax()) == 4
    assert regress(y, x).outlying[4] > 10
    exact = regress(3 * x[:, 0], x)
    assert exact.outlying == pytest.approx(np.zeros(12))
    assert exact.r_squared == pytest.approx(1)


def test_few_different_units_give_no_bootstrap_interval() -> None:
    y, x = np.array([1.0, 2, 3, 4, 5]), np.array([[0.0], [0], [0], [0], [1]])
    (interval,) = regress(y, x).drawn
    assert math.isfinite(interval.low)  # two of three redraws have the fifth unit
    mostly = np.column_stack([x, [0.0, 0, 0, 1, 0]])
    (first, _) = regress(np.append(y, 6.0), np.vstack([mostly, [0, 0]])).drawn
    assert math.isnan(first.low)


def test_forward_selection_takes_what_predicts_and_stops() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(60, 5))
    y = 3 * x[:, 2] - 2 * x[:, 4] + 0.3 * rng.normal(size=60)
    found = select_forward(y, x, least_gain=0.1)
    assert found.chosen == (2, 4)
    assert found.path == pytest.approx([leave_one_out_error(y, x[:, list(found.chosen[:k])]) for k in range(3)])
    assert list(found.path) == sorted(found.path, reverse=True)
    assert found.error >= found.path[-1] * 0.99
    assert select_forward(y, x, most=1).chosen == (2,)


def test_choosing_among_noise_costs_what_the_path_does_not_show() -> None:
    costs = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        found = select_forward(rng.normal(size=20), rng.normal(size=(20, 8)))
        costs.append(found.error - found.path[-1])
    assert np.mean(costs) > 0.02


def test_determined_predictors_are_refused_and_left_out_of_selection() -> None:
    y, x = drawn((2, 12, 0))
    double = np.column_stack([x, x[:, 0] * 2 + 1])
    with pytest.raises(ValueError, match="determine one another"):
        regress(y, double)
    with pytest.raises(ValueError, match="does not vary"):
        regress(y, np.column_stack([x, np.ones(12)]))
    assert len({0, 2} & set(select_forward(y, double, most=3, least_gain=0.0).chosen)) <= 1


@pytest.mark.parametrize(
    ("y", "x", "message"),
    [
        (np.ones(4), np.ones((5, 1)), r"\(N, p\), got"),
        (np.ones(5), np.ones((5, 0)), r"\(N, p\), got"),
        (np.array([1, 2, 3, np.nan, 5]), np.ones((5, 1)), "missing value"),
        (np.arange(4.0), np.arange(8.0).reshape(4, 2), "4 units are too few for 2 predictors; at least 5"),
    ],
)
def test_wrong_input_is_told(y, x, message):
    with pytest.raises(ValueError, match=message):
        regress(y, x)


def test_selection_refuses_too_few_units_and_missing_values() -> None:
    with pytest.raises(ValueError, match="four units"):
        select_forward(np.arange(3.0), np.arange(3.0)[:, None])
    with pytest.raises(ValueError, match="missing value"):
        select_forward(np.arange(4.0), np.array([[1.0], [2], [np.inf], [3]]))
