from __future__ import annotations

import numpy as np
import pytest

from sprachbund.evaluation.probes.similarity import contrast, language_similarity


def test_the_common_vector_is_taken_away() -> None:
    far = np.array([100.0, 0.0, 0.0])
    found = language_similarity(far + np.array([[0, 1.0, 0], [0, -1.0, 0], [0, 0, 1.0], [0, 0, -1.0]]))
    assert found == pytest.approx(np.array([[1, -1, 0, 0], [-1, 1, 0, 0], [0, 0, 1, -1], [0, 0, -1, 1]]), abs=1e-9)


def test_relatives_that_are_nearer_are_found_nearer() -> None:
    rng = np.random.default_rng(0)
    family = rng.standard_normal((3, 20))
    groups = ["a", "a", "a", "a", "b", "b", "b", "c", "c", "d"]
    centroids = np.stack([family["abc".find(group)] for group in groups[:9]] + [rng.standard_normal(20)])
    similarity = language_similarity(centroids + 0.3 * rng.standard_normal((10, 20)))
    found = contrast(similarity, groups, resamples=500)
    assert found is not None
    assert (found.pairs_within, found.pairs_across) == (6 + 3 + 1, 45 - 10)
    same = np.equal.outer(groups, groups) & ~np.eye(10, dtype=bool)
    assert found.within == pytest.approx(similarity[same].mean())
    assert found.across == pytest.approx(similarity[~np.equal.outer(groups, groups)].mean())
    assert 0 < found.interval.low < found.difference < found.interval.high
    assert found.p < 0.01


def test_groups_that_mean_nothing_are_not_told_apart() -> None:
    rng = np.random.default_rng(1)
    ps = []
    for _ in range(40):
        found = contrast(language_similarity(rng.standard_normal((9, 12))), list("aaabbbccc"), resamples=200)
        assert found is not None
        ps.append(found.p)
    assert 0.3 < float(np.mean(ps)) < 0.7


def test_nothing_to_compare() -> None:
    similarity = language_similarity(np.random.default_rng(0).standard_normal((3, 4)))
    assert contrast(similarity, ["a", "b", "c"]) is None
    assert contrast(similarity, ["a", "a", "a"]) is None
    with pytest.raises(ValueError, match="a single language is similar to nothing"):
        language_similarity(np.ones((1, 3)))


def test_languages_that_do_not_differ_are_left_out() -> None:
    assert np.isnan(language_similarity(np.ones((3, 4)))).all()
