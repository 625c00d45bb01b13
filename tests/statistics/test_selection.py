from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.statistics.selection import best_of_null


def test_the_best_of_eleven_null_layers_gains_about_1_59_standard_deviations() -> None:
    """One seed: the null is the maximum itself. Several: sd of a layer's mean times the expected maximum."""
    rng = np.random.default_rng(0)
    found = np.array([best_of_null(rng.normal(0, 0.6, (11, 5)), permutations=400, seed=trial).expected
                      for trial in range(200)])
    assert found.mean() == pytest.approx(1.586 * 0.6 / math.sqrt(5), rel=0.05)


def test_equals_all_permutations_of_a_small_case() -> None:
    gains = np.array([[1.0, 2.0], [0.0, 0.5], [-1.0, 0.2]])
    exact = np.array([
        np.stack([gains[list(one), 0], gains[list(other), 1]]).mean(axis=0).max()
        for one in itertools.permutations(range(3)) for other in itertools.permutations(range(3))
    ])
    found = best_of_null(gains, permutations=20_000)
    assert (found.chosen, found.gain) == (0, 1.5)
    assert found.expected == pytest.approx(exact.mean(), abs=0.01)
    assert found.p_value == pytest.approx((exact >= 1.5 - 1e-9).mean(), abs=0.01)


def test_a_layer_that_is_better_in_every_seed_is_found() -> None:
    gains = np.random.default_rng(1).normal(0, 0.2, (11, 5))
    gains[7] += 1.5
    found = best_of_null(gains)
    assert (found.chosen, found.p_value < 0.01) == (7, True)
    assert found.null.shape == (10_000,)
    assert (np.diff(found.null) >= 0).all()
    assert np.array_equal(found.null, best_of_null(gains).null)


def test_a_gain_that_all_layers_share_is_no_gain_of_the_best_but_one_over_the_baseline() -> None:
    gains = 2 + np.random.default_rng(2).normal(0, 0.1, (11, 5))
    assert best_of_null(gains).p_value > 0.05
    assert best_of_null(gains, with_baseline=True).p_value < 0.02


def test_a_choice_on_dev_that_says_nothing_of_test_gains_nothing() -> None:
    rng = np.random.default_rng(3)
    gains = rng.normal(0, 0.6, (11, 5))
    found = best_of_null(gains, dev=rng.normal(90, 0.3, (11, 5)))
    assert found.expected == pytest.approx(gains.mean(), abs=0.06)
    told = best_of_null(gains, dev=gains)
    assert told.gain == best_of_null(gains).gain
    assert np.array_equal(told.null, best_of_null(gains).null)


@pytest.mark.parametrize("with_baseline", [False, True])
def test_p_values_are_uniform_where_nothing_differs(with_baseline: bool) -> None:
    rng = np.random.default_rng(4)
    found = []
    for trial in range(400):
        scores = rng.normal(size=(7, 3))
        found.append(best_of_null(scores[1:] - scores[0], with_baseline=with_baseline, permutations=200,
                                  seed=trial).p_value)
    for level in (0.05, 0.2, 0.5):
        assert (np.array(found) <= level).mean() == pytest.approx(level, abs=0.055)


@given(st.integers(0, 500), st.floats(-3, 3))
def test_a_common_shift_moves_the_gain_and_its_null_alike(seed: int, shift: float) -> None:
    gains = np.random.default_rng(seed).normal(size=(4, 3))
    one, other = best_of_null(gains, permutations=50), best_of_null(gains + shift, permutations=50)
    assert other.gain == pytest.approx(one.gain + shift)
    assert other.p_value == one.p_value


def test_what_cannot_be_dealt_is_refused() -> None:
    with pytest.raises(ValueError, match=r"gains are \(candidates, repetitions\) with two candidates or more"):
        best_of_null(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="gains have a missing value"):
        best_of_null(np.full((2, 3), np.nan))
    with pytest.raises(ValueError, match=r"gains \(2, 3\) and dev \(3, 3\) are not of the same"):
        best_of_null(np.zeros((2, 3)), dev=np.zeros((3, 3)))
