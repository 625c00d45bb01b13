"""How small an effect could have been found with the repetitions (seeds) used, and how many would be needed."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from sprachbund.statistics.means import MeanEstimate, VarianceParts
from sprachbund.statistics.repetitions import Floats
from sprachbund.statistics.t_sums import chi_nodes, normal_tail, satterthwaite, sum_quantile

POWER = 0.8
SIGNIFICANCE = 0.05
MOST = 1000
_NODES = 24
_ANGLES = 49
_KNOWN = 50.0  # degrees of freedom beyond which a part counts as known


def minimal_detectable_effect(
    estimate: MeanEstimate, *, repetitions: int | None = None, power: float = POWER,
    significance: float = SIGNIFICANCE,
) -> float:
    """The smallest true mean that is found, by the test of `mean_estimate`, with the given power.

    Where all variance is between seeds this is the noncentral t of textbooks (Cohen 1988, chapter 2);
    elsewhere see `rejection_probability`.

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


def rejection_probability(parts: VarianceParts, effect: float, *, significance: float = SIGNIFICANCE) -> float:
    """The probability that the test of `mean_estimate` finds a true effect.

    The mean is normal around the effect; every part of the variance is estimated anew in each study, as
    chi-square over its degrees of freedom, and with it the critical value, which is integrated over.

    Args:
        parts: of the variance, taken as true.
        effect: true mean, in the unit of the scores.
        significance: of the test.
    """
    return _found(effect / parts.standard_error, *_criticals(parts, significance))


def _detectable(parts: VarianceParts, power: float, significance: float) -> float:
    error = parts.standard_error
    if not error > 0:
        return error
    criticals, weights = _criticals(parts, significance)
    low, high = 0.0, 1.0
    while _found(high, criticals, weights) < power:
        low, high = high, 2 * high
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _found(middle, criticals, weights) < power else (low, middle)
    return high * error


def _criticals(parts: VarianceParts, significance: float) -> tuple[Floats, Floats]:
    """Critical values over the true standard error, and the probability of each, in studies with these parts.

    What examples and groups do is one source here, with Satterthwaite's degrees of freedom.
    """
    rest = parts.examples + parts.groups
    sources = ((parts.repetitions, float(max(parts.count - 1, 1))), (rest, satterthwaite(parts.sources[1:])))
    (first, one), (second, other) = (_estimates(*source) for source in sources)
    places, quantiles = _unit_quantiles(1 - significance / 2, *(_well_known(degrees) for _, degrees in sources))
    few, many = np.meshgrid(np.sqrt(first), np.sqrt(second), indexing="ij")
    criticals = np.hypot(few, many) * np.interp(np.arctan2(few, many), places, quantiles)
    return criticals.ravel() / parts.standard_error, np.outer(one, other).ravel()


def _estimates(variance: float, degrees: float) -> tuple[Floats, Floats]:
    """What a variance may be estimated as, and how probable that is."""
    if variance == 0 or degrees > _KNOWN:
        return np.array([variance]), np.ones(1)
    nodes, weights = chi_nodes(degrees, _NODES)
    return variance * nodes**2, weights


@lru_cache(maxsize=4096)
def _unit_quantiles(probability: float, first: float, second: float) -> tuple[Floats, Floats]:
    """Quantiles of sin(a) t(first) + cos(a) t(second) at angles a; they are the same for every estimate."""
    angles = np.linspace(0.0, math.pi / 2, _ANGLES)
    return angles, np.array([
        sum_quantile(probability, ((math.sin(angle) ** 2, first), (math.cos(angle) ** 2, second)))
        for angle in angles
    ])


def _well_known(degrees: float) -> float:
    return math.inf if degrees > _KNOWN else degrees


def _found(shift: float, criticals: Floats, weights: Floats) -> float:
    return float(weights @ (normal_tail(criticals - shift) + normal_tail(criticals + shift)))


def _fewest(estimate: MeanEstimate, enough: Callable[[VarianceParts], bool], most: int) -> int | None:
    """Halve the range of repetition counts: what is enough stays so with more."""
    if estimate.repetitions < 2 or not enough(estimate.parts.with_repetitions(most)):
        return None
    low, high = 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(estimate.parts.with_repetitions(middle)) else (middle, high)
    return high
