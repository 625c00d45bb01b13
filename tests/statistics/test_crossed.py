from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sprachbund.statistics.crossed import Scores, added, jackknife_influence, score_systems
from sprachbund.statistics.resampling import resampled_scores


def share(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return 100 * sums[..., 0] / sums[..., 1]


def corpus(n: int, *lead: int, seed: int = 0) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    total = rng.integers(5, 30, n)
    return np.stack([rng.binomial(total, 0.7, (*lead, n)), np.broadcast_to(total, (*lead, n))], axis=-1)


def test_the_influence_of_a_mean_is_its_deviation_over_root_n_n_minus_1() -> None:
    right = np.array([1, 0, 1, 1, 0])
    found = jackknife_influence(np.stack([right, np.ones_like(right)], axis=-1), share)
    assert found == pytest.approx(100 * (right - 0.6) / np.sqrt(5 * 4))
    assert (found**2).sum() == pytest.approx((100.0 * right).var(ddof=1) / 5)


def test_squares_add_up_to_the_variance_of_the_bootstrap_and_products_to_its_covariance() -> None:
    counts = corpus(400, 2)
    draws = resampled_scores([counts], share, resamples=8000)[0]
    influence = jackknife_influence(counts, share)
    assert influence @ influence.T == pytest.approx(np.cov(draws), rel=0.12, abs=0.01)


def test_differences_are_made_of_scores_and_of_influences() -> None:
    groups = [corpus(n, 3, 2, seed=n) for n in (30, 40)]
    scored = score_systems(groups, share)
    assert scored.values.shape == (3, 2, 2)
    assert scored.values[1, 0, 1] == pytest.approx(float(share(groups[1][1, 0].sum(axis=0).astype(float))))
    difference = scored.difference(2, 0)
    assert difference.values == pytest.approx(scored.of(2).values - scored.of(0).values)
    (name,) = difference.influence[1]
    assert difference.influence[1][name] == pytest.approx(
        scored.of(2).influence[1][name] - scored.of(0).influence[1][name])
    contrast = scored.contrast([-1, 0, 1])
    assert contrast.values == pytest.approx(difference.values)
    assert contrast.influence[0][0] == pytest.approx(difference.influence[0][0])


def test_one_system_needs_no_axis() -> None:
    counts = corpus(20, 3)
    one, same = score_systems([counts], share).of(0), score_systems([counts[None]], share).of(0)
    assert np.array_equal(one.values, same.values)


def test_merged_groups_add_what_falls_on_the_same_examples() -> None:
    groups = [corpus(20, 1, 2, seed=seed) for seed in range(3)]
    scores = score_systems(groups, share, examples=["a", "a", "b"]).of(0)
    merged = scores.merged([[0, 1], [1, 2]])
    assert merged.values == pytest.approx(np.stack([scores.values[:, :2].mean(1), scores.values[:, 1:].mean(1)], 1))
    assert list(merged.influence[0]) == ["a"]
    assert merged.influence[0]["a"] == pytest.approx((scores.influence[0]["a"] + scores.influence[1]["a"]) / 2)
    assert list(merged.influence[1]) == ["a", "b"]
    assert Scores(scores.values).merged([[0, 1, 2]]).influence == ()


def test_groups_of_weight_zero_are_left_out() -> None:
    part = {"a": np.ones((1, 2))}
    assert added([part, {"b": np.ones((1, 2))}], [2.0, 0.0])["a"].tolist() == [[2, 2]]
    assert "b" not in added([part, {"b": np.ones((1, 2))}], [2.0, 0.0])


def test_a_score_that_hangs_on_one_example_has_no_influence_to_tell() -> None:
    counts = np.array([[[3, 4], [0, 0], [0, 0]]])
    assert np.isnan(jackknife_influence(counts, share)).any()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="no group to score"):
        score_systems([], share)
    with pytest.raises(ValueError, match="two examples or more, got 1"):
        score_systems([corpus(1, 1, 2)], share)
    with pytest.raises(ValueError, match=r"group 2 has counts \(2, 2, 9, 2\), group 1 \(1, 2, 9, 2\)"):
        score_systems([corpus(9, 1, 2), corpus(9, 2, 2)], share)
    with pytest.raises(ValueError, match="group 2 has 8 examples, but shares those of a group with 9"):
        score_systems([corpus(9, 1, 2), corpus(8, 1, 2)], share, examples=["x", "x"])
    with pytest.raises(ValueError, match="2 groups need as many names of their examples, got 1"):
        score_systems([corpus(9, 1, 2), corpus(8, 1, 2)], share, examples=["x"])
    scored = score_systems([corpus(9, 2, 2)], share)
    with pytest.raises(ValueError, match=r"2 systems need as many weights, got the shape \(3,\)"):
        scored.contrast([1, 1, 1])
    with pytest.raises(ValueError, match="every new group needs a member"):
        scored.of(0).merged([[]])
    with pytest.raises(ValueError, match=r"values are \(repetitions, groups\), got the shape \(3,\)"):
        Scores(np.zeros(3))
    with pytest.raises(ValueError, match="2 groups need as many influences, got 1"):
        Scores(np.zeros((3, 2)), ({},))
