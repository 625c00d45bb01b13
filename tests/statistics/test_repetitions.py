from __future__ import annotations

import numpy as np
import pytest

from sprachbund.statistics.repetitions import fold


def test_one_repetition_is_left_as_it_is() -> None:
    draws = np.random.default_rng(0).normal(size=(3, 1, 50))
    assert np.array_equal(fold(draws), draws[:, 0])
    assert np.array_equal(fold(draws[0, 0]), draws[0, 0])


@pytest.mark.parametrize(("luck", "particular"), [(0.0, 1.0), (1.0, 0.0), (0.3, 1.0)])
def test_the_variance_is_that_of_examples_seeds_and_both_each_once(luck: float, particular: float) -> None:
    """Simulated from the model of the module's docstring; the variance of the mean is known."""
    rng = np.random.default_rng(1)
    n, seeds, trials, resamples = 40, 8, 400, 200
    found = []
    for _ in range(trials):
        scores = rng.normal(0, 1, n) + luck * rng.normal(size=(seeds, 1)) + particular * rng.normal(size=(seeds, n))
        weights = rng.multinomial(n, np.full(n, 1 / n), size=resamples) / n
        found.append(fold(scores @ weights.T).var())
    expected = 1 / n + luck**2 / seeds * 7 / 5 + particular**2 / (n * seeds)  # t with 7 degrees: variance 7/5
    assert np.mean(found) == pytest.approx(expected, rel=0.15)


def test_axes_in_front_are_folded_one_by_one() -> None:
    draws = np.random.default_rng(2).normal(size=(2, 3, 4, 100))
    folded = fold(draws)
    assert folded.shape == (2, 3, 100)
    assert np.allclose(folded[1, 2], fold(draws[1, 2]))


def test_equal_repetitions_add_nothing() -> None:
    draws = np.random.default_rng(3).normal(size=100)
    assert np.allclose(fold(np.stack([draws] * 3)), draws)


def test_a_resample_that_one_repetition_lacks_is_lacking() -> None:
    draws = np.random.default_rng(4).normal(size=(3, 100))
    draws[1, :10] = np.nan
    folded = fold(draws)
    assert np.isnan(folded).tolist() == [True] * 10 + [False] * 90
    assert np.isnan(fold(np.full((3, 5), np.nan))).all()
