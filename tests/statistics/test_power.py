from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sprachbund.statistics.crossed import Scores
from sprachbund.statistics.means import MeanEstimate, VarianceParts, mean_estimate
from sprachbund.statistics.power import (
    minimal_detectable_effect,
    rejection_probability,
    repetitions_for_half_width,
    repetitions_needed,
)


def of_seeds(deviation: float, seeds: int) -> MeanEstimate:
    """An estimate whose seeds have exactly this standard deviation, and nothing else varies."""
    places = np.linspace(-1, 1, seeds)
    return mean_estimate(Scores((deviation * places / places.std(ddof=1))[:, None]))


@pytest.mark.parametrize(("effect", "seeds"), [(0.9, 3), (0.5, 5), (0.2, 10), (0.3, 40)])
def test_power_over_seeds_alone_is_that_of_the_noncentral_t(effect: float, seeds: int) -> None:
    shift, critical = effect * math.sqrt(seeds), stats.t.ppf(0.975, seeds - 1)
    theirs = stats.nct.sf(critical, seeds - 1, shift) + stats.nct.cdf(-critical, seeds - 1, shift)
    assert rejection_probability(of_seeds(1.0, seeds).parts, effect) == pytest.approx(theirs, abs=1e-4)
    assert rejection_probability(of_seeds(1.0, seeds).parts, 0.0) == pytest.approx(0.05, abs=1e-4)


def test_a_table_of_sample_sizes() -> None:
    """One sample, two-sided 5 %, power 80 % (Cohen 1988, chapter 2): d = 0.5 takes 34 observations, 0.8 takes 15."""
    assert repetitions_needed(of_seeds(1.0, 5), 0.5) == 34
    assert repetitions_needed(of_seeds(1.0, 5), 0.8) == 15
    assert minimal_detectable_effect(of_seeds(1.0, 5), repetitions=34) == pytest.approx(0.4955, abs=0.002)


@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_the_effect_is_found_as_often_as_promised_in_simulated_studies(seeds: int) -> None:
    rng = np.random.default_rng(seeds)
    effect = minimal_detectable_effect(of_seeds(0.4, seeds))
    studies = effect + 0.4 * rng.normal(size=(4000, seeds))
    found = stats.ttest_1samp(studies, 0, axis=1).pvalue < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.025)


def test_with_examples_too_it_is_found_about_as_often() -> None:
    rng, seeds = np.random.default_rng(1), 5

    def study(effect: float) -> MeanEstimate:
        examples = rng.normal(0, 0.03, (1, 100)) + rng.normal(0, 0.02, (seeds, 100))
        return mean_estimate(Scores(effect + (rng.normal(0, 0.5, (seeds, 1)) + examples.sum(axis=1, keepdims=True)),
                                    ({0: examples},)))

    # Seeds 0.5² and what they do to examples 100 x 0.02², over 5; what seeds share of the examples 100 x 0.03².
    truth = replace(study(0.0), parts=VarianceParts(seeds, repetitions=(0.25 + 0.04) / seeds, examples=0.09))
    effect = minimal_detectable_effect(truth)
    assert np.mean([study(effect).p_value < 0.05 for _ in range(1200)]) == pytest.approx(0.8, abs=0.035)


def test_more_repetitions_find_less() -> None:
    estimate = of_seeds(0.5, 3)
    effects = [minimal_detectable_effect(estimate, repetitions=count) for count in (2, 3, 5, 10, 50)]
    assert effects == sorted(effects, reverse=True)
    needed = repetitions_needed(estimate, 0.5)
    assert needed is not None
    assert minimal_detectable_effect(estimate, repetitions=needed) <= 0.5
    assert minimal_detectable_effect(estimate, repetitions=needed - 1) > 0.5


def test_a_half_width_is_reached_with_the_fewest() -> None:
    needed = repetitions_for_half_width(of_seeds(0.5, 4), 0.25)
    assert needed == 18  # t(17) 0.5 / sqrt(18) = 0.2486, t(16) 0.5 / sqrt(17) = 0.2571


def test_seeds_do_not_help_where_examples_are_too_few() -> None:
    examples = np.repeat(np.random.default_rng(2).normal(0, 0.2, (1, 50)), 3, axis=0)
    estimate = mean_estimate(Scores(np.array([[0.0], [0.1], [0.2]]), ({0: examples},)))
    assert repetitions_needed(estimate, 0.5) is None
    assert repetitions_for_half_width(estimate, 0.25) is None


def test_nothing_is_known_of_seeds_where_there_is_one() -> None:
    estimate = mean_estimate(Scores(np.ones((1, 3)), tuple({place: np.ones((1, 9))} for place in range(3))))
    assert math.isnan(minimal_detectable_effect(estimate))
    assert repetitions_needed(estimate, 1.0) is None


def test_what_is_no_question_is_refused() -> None:
    estimate = of_seeds(1.0, 3)
    with pytest.raises(ValueError, match=r"0 < significance < power < 1, got 0\.9 and 0\.8"):
        minimal_detectable_effect(estimate, significance=0.9)
    with pytest.raises(ValueError, match=r"0 < significance < power < 1, got 0\.05 and 1"):
        repetitions_needed(estimate, 1.0, power=1)
    with pytest.raises(ValueError, match="an effect to be found is not zero"):
        repetitions_needed(estimate, 0.0)
    with pytest.raises(ValueError, match="a half width lies above zero"):
        repetitions_for_half_width(estimate, 0.0)
    with pytest.raises(ValueError, match="cannot tell from 3 repetitions what 1 would show"):
        minimal_detectable_effect(estimate, repetitions=1)
