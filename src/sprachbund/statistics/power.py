"""How small an effect could have been found with the repetitions (seeds) used, and how many would be needed."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sprachbund.statistics.means import MeanEstimate, VarianceParts
from sprachbund.statistics.t_sums import chi_nodes, normal_tail, satterthwaite, sum_quantile

POWER = 0.8
SIGNIFICANCE = 0.05
MOST = 1000
_NODES = 64


def minimal_detectable_effect(
    estimate: MeanEstimate, *, repetitions: int | None = None, power: float = POWER,
    significance: float = SIGNIFICANCE,
) -> float:
    """The smallest true mean that is found, by the test of `mean_estimate`, with the given power.

    The delta with P(|T'| > c) = power, where T' is noncentral t with Satterthwaite's degrees of freedom
    and noncentrality delta / SE, and c the test's critical value over SE (Cohen 1988, chapter 2; Bloom
    1995 adds two quantiles instead, which is close where degrees are many).

    Args:
        estimate: whose parts of variance are taken as true.
        repetitions: as if there were this many; default: as many as there are.
        power: wanted probability of a rejection.
        significance: of the test.

    Returns:
        In the unit of the scores; NaN where the estimate has one repetition only (what seeds do is not
        known then).

    Raises:
        ValueError: power or significance outside (0, 1), or power not above significance; fewer
            repetitions than two.
    """
    if not 0 < significance < power < 1:
        raise ValueError(f"expected 0 < significance < power < 1, got {significance} and {power}")
    if estimate.repetitions < 2:
        return math.nan
    count = estimate.repetitions if repetitions is None else repetitions
    return _detectable(estimate.parts.with_repetitions(count), power, significance)


def repetitions_needed(
    estimate: MeanEstimate, effect: float, *, power: float = POWER, significance: float = SIGNIFICANCE,
    most: int = MOST,
) -> int | None:
    """The fewest repetitions (at least two) with which a true effect is found with the given power.

    Args:
        estimate: whose parts of variance are taken as true.
        effect: not zero, in the unit of the scores.
        power, significance: as in `minimal_detectable_effect`.
        most: where to give up.

    Returns:
        None where even `most` do not do: the examples or groups are too few, not the seeds, or nothing
        is known of seeds.

    Raises:
        ValueError: an effect of zero, or as `minimal_detectable_effect`.
    """
    if not abs(effect) > 0:
        raise ValueError(f"an effect to be found is not zero, got {effect}")
    if not 0 < significance < power < 1:
        raise ValueError(f"expected 0 < significance < power < 1, got {significance} and {power}")
    return _fewest(estimate, lambda parts: _detectable(parts, power, significance) <= abs(effect), most)


def repetitions_for_half_width(
    estimate: MeanEstimate, half_width: float, *, level: float = 0.95, most: int = MOST
) -> int | None:
    """The fewest repetitions (at least two) with which the interval is expected to be mean ± half_width or narrower.

    An interval no wider than the smallest effect of interest lies above 0 or below that effect, save
    where it falls between the two: with half the smallest effect of interest as half width a study is
    settled wherever the truth lies.

    Args:
        estimate: whose parts of variance are taken as true.
        half_width: above zero, in the unit of the scores.
        level: of the interval.
        most: where to give up.

    Returns:
        None as in `repetitions_needed`.

    Raises:
        ValueError: a half width not above zero.
    """
    if not half_width > 0:
        raise ValueError(f"a half width lies above zero, got {half_width}")
    return _fewest(estimate, lambda parts: sum_quantile((1 + level) / 2, parts.sources) <= half_width, most)


def rejection_probability(shift: float, critical: float, degrees: float) -> float:
    """P(|T'| > critical) of T' = (Z + shift) / W, Z standard normal and W² = chi-square / degrees.

    Args:
        shift: noncentrality, the true effect over its standard error.
        critical: value beyond which a test rejects.
        degrees: of freedom, whole or not; infinite: a normal test.
    """
    if math.isinf(degrees):
        nodes, weights = np.ones(1), np.ones(1)
    else:
        nodes, weights = chi_nodes(degrees, _NODES)
    return float(weights @ (normal_tail(critical * nodes - shift) + normal_tail(critical * nodes + shift)))


def _detectable(parts: VarianceParts, power: float, significance: float) -> float:
    error = parts.standard_error
    if not error > 0:
        return error
    critical = sum_quantile(1 - significance / 2, parts.sources) / error
    degrees = satterthwaite(parts.sources)
    low, high = 0.0, critical + 10.0
    while rejection_probability(high, critical, degrees) < power:
        high *= 2
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if rejection_probability(middle, critical, degrees) < power else (low, middle)
    return high * error


def _fewest(estimate: MeanEstimate, enough: Callable[[VarianceParts], bool], most: int) -> int | None:
    """Halve the range of repetition counts: what is enough stays so with more."""
    if estimate.repetitions < 2 or not enough(estimate.parts.with_repetitions(most)):
        return None
    low, high = 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(estimate.parts.with_repetitions(middle)) else (middle, high)
    return high
