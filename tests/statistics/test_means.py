from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sprachbund.statistics.crossed import Scores, score_systems
from sprachbund.statistics.means import VarianceParts, mean_estimate


def share(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return 100 * sums[..., 0] / sums[..., 1]


def corpus(rng: np.random.Generator, n: int, *lead: int) -> NDArray[np.int64]:
    right = (rng.random((*lead, n)) < 0.7).astype(np.int64)
    return np.stack([right, np.ones_like(right)], axis=-1)


def test_values_alone_give_students_t_over_repetitions() -> None:
    values = np.random.default_rng(0).normal(1, 1, (5, 8))
    found = mean_estimate(Scores(values))
    expected = stats.ttest_1samp(values.mean(axis=1), 0)
    assert (found.interval.low, found.interval.high) == pytest.approx(expected.confidence_interval(0.95))
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.degrees, found.repetitions) == (4, 5)
    assert found.interval.method == "Student's t over 5 repetitions, for these groups"


def test_one_repetition_has_the_variance_of_its_examples_and_says_what_is_missing() -> None:
    counts = corpus(np.random.default_rng(1), 400, 1, 1)
    found = mean_estimate(score_systems([counts], share).of(0))
    right = 100.0 * counts[0, 0, :, 0]
    assert found.standard_error == pytest.approx(right.std(ddof=1) / 20)
    assert found.interval.method.endswith("for these groups; one repetition: what another would change is not in it")


def test_equal_systems_do_not_differ() -> None:
    counts = np.repeat(corpus(np.random.default_rng(2), 50, 1, 3), 2, axis=0)
    found = mean_estimate(score_systems([counts], share).difference(1, 0))
    assert (found.mean, found.p_value, found.interval.low, found.interval.high) == (0, 1, 0, 0)


def test_the_p_value_agrees_with_the_interval() -> None:
    rng = np.random.default_rng(3)
    scores = Scores(rng.normal(0, 1, (4, 6)), tuple({place: rng.normal(0, 0.1, (4, 30))} for place in range(6)))
    found = mean_estimate(scores)
    moved = mean_estimate(Scores(scores.values - found.interval.low, scores.influence))
    assert moved.p_value == pytest.approx(0.05, abs=1e-6)


def test_what_seeds_share_of_the_examples_does_not_lessen_with_seeds() -> None:
    """E is the covariance of two repetitions' means over examples: none where their examples are independent."""
    rng = np.random.default_rng(4)
    common, own = rng.normal(size=(1, 1000)), rng.normal(size=(6, 1000))
    alike = Scores(np.zeros((6, 1)), ({0: np.repeat(common, 6, axis=0)},))
    assert mean_estimate(alike).parts.examples == pytest.approx(float((common**2).sum()))
    mixed = Scores(np.zeros((6, 1)), ({0: common + own},))
    assert mean_estimate(mixed).parts.examples == pytest.approx(float((common**2).sum()), rel=0.15)


def test_translations_of_one_test_set_share_their_luck() -> None:
    rng = np.random.default_rng(5)
    counts = corpus(rng, 500, 1, 1)
    apart = mean_estimate(score_systems([counts] * 4, share).of(0))
    together = mean_estimate(score_systems([counts] * 4, share, examples=["x"] * 4).of(0))
    assert together.standard_error == pytest.approx(2 * apart.standard_error)
    drawn = mean_estimate(score_systems([counts] * 4, share, examples=["x"] * 4).of(0), scope="groups like these")
    assert drawn.parts.groups == 0
    assert drawn.standard_error**2 == pytest.approx(together.standard_error**2 * 3 / 4)


def test_a_gap_is_a_weighted_sum() -> None:
    values = np.random.default_rng(6).normal(size=(3, 4))
    found = mean_estimate(Scores(values), weights=[1, -1 / 3, -1 / 3, -1 / 3])
    assert found.mean == pytest.approx((values[:, 0] - values[:, 1:].mean(axis=1)).mean())


def test_groups_like_these_are_wider() -> None:
    rng = np.random.default_rng(7)
    values = rng.normal(0, 1, 12) + rng.normal(0, 0.1, (5, 12))
    fixed = mean_estimate(Scores(values))
    drawn = mean_estimate(Scores(values), clusters=list("aaabbcdefghi"), scope="groups like these")
    assert drawn.interval.high - drawn.interval.low > 3 * (fixed.interval.high - fixed.interval.low)
    assert drawn.interval.method == (
        "Student's t over 5 repetitions and Student's t over clusters and groups, for groups like these")
    assert mean_estimate(Scores(values), scope="groups like these").interval.method.endswith("over groups, for groups "
                                                                                             "like these")


@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_intervals_cover_the_truth_at_both_scopes(seeds: int) -> None:
    """The full table is a benchmark's; here 400 data sets with all sources of variance at once."""
    rng, families = np.random.default_rng(seeds), [*"aaaaaabbccdefg"]
    member = np.array([ord(name) - 97 for name in families])
    covered = np.zeros(2)
    for _ in range(400):
        languages = rng.normal(0, 0.4, 7)[member] + rng.normal(0, 0.5, 14)
        examples = rng.normal(0, 0.1, (14, 1, 20)) + rng.normal(0, 0.1, (14, seeds, 20))
        values = languages + rng.normal(0, 0.3, (seeds, 1)) + examples.sum(axis=2).T
        scores = Scores(values, tuple({place: part} for place, part in enumerate(examples)))
        fixed = mean_estimate(scores).interval
        drawn = mean_estimate(scores, clusters=families, scope="groups like these").interval
        covered += [fixed.low <= languages.mean() <= fixed.high, drawn.low <= 0 <= drawn.high]
    assert (covered / 400 >= 0.92).all()
    assert (covered / 400 <= 0.99).all()


def test_more_repetitions_lessen_what_is_theirs() -> None:
    parts = VarianceParts(4, repetitions=1.0, examples=0.5, groups=2.0, groups_degrees=9.0, fading=0.8)
    eight = parts.with_repetitions(8)
    assert (eight.repetitions, eight.examples, eight.groups, eight.fading) == (0.5, 0.5, 1.6, 0.4)
    assert eight.with_repetitions(4) == parts
    with pytest.raises(ValueError, match="cannot tell from 1 repetitions what 4 would show"):
        VarianceParts(1, 0.0).with_repetitions(4)


def test_a_score_that_cannot_be_judged_has_no_interval() -> None:
    found = mean_estimate(Scores(np.ones((2, 1)), ({0: np.full((2, 3), math.nan)},)))
    assert math.isnan(found.interval.low)
    assert math.isnan(found.p_value)


def test_what_does_not_fit_is_refused() -> None:
    scores = Scores(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"3 groups need as many weights, got the shape \(2,\)"):
        mean_estimate(scores, weights=[1, 1])
    with pytest.raises(ValueError, match="where groups are drawn they weigh alike"):
        mean_estimate(scores, weights=[1, 0, 0], scope="groups like these")
    with pytest.raises(ValueError, match="a level lies between 0 and 1, got 95"):
        mean_estimate(scores, level=95)
