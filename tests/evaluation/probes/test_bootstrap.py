from __future__ import annotations

import numpy as np
import pytest

from sprachbund.evaluation.probes.bootstrap import bound, differences, measured, share, values_of


def counts(seed: int = 0) -> np.ndarray:
    """Three systems, two repetitions, 80 sentences of five words."""
    rng = np.random.default_rng(seed)
    words = np.full((3, 2, 80), 5)
    right = rng.binomial(5, np.array([0.5, 0.5, 0.8])[:, None, None], size=words.shape)
    right[1] = right[0]
    return np.stack([right, words], axis=-1)


def test_values_are_means_over_repetitions_with_their_interval() -> None:
    given = counts()
    found = measured(given, share, "de")
    for one, value in zip(found, given[..., 0].sum((1, 2)) / given[..., 1].sum((1, 2)) * 100, strict=True):
        assert one.value == pytest.approx(value)
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.value < one.high
    assert values_of(given, share).tolist() == [one.value for one in found]


def test_differences_are_paired() -> None:
    equal, better = differences(counts(), share, "de")
    assert (equal.value, equal.low, equal.high) == (0.0, 0.0, 0.0)  # the same words are right
    assert better.low is not None
    assert better.low > 15


def test_what_is_no_number_has_no_bound() -> None:
    assert bound(float("nan")) is None
    assert bound(1.5) == 1.5
    assert np.isnan(share(np.array([0.0, 0.0])))
