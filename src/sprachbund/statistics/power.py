"""How small an effect could have been found with the repetitions (seeds) used, and how many would be needed."""

from __future__ import annotations

from sprachbund.statistics.means import MeanEstimate

POWER = 0.8
SIGNIFICANCE = 0.05


def minimal_detectable_effect(
    estimate: MeanEstimate, *, repetitions: int | None = None, power: float = POWER,
    significance: float = SIGNIFICANCE,
) -> float:
    """The smallest true mean that a two-sided t test finds with the given power.

    delta with P(|T'| > t) = power, where T' is noncentral t with noncentrality delta / SE (Bloom 1995
    takes the sum of two quantiles, which is close where degrees are many).

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
    raise NotImplementedError


def repetitions_needed(
    estimate: MeanEstimate, effect: float, *, power: float = POWER, significance: float = SIGNIFICANCE,
    most: int = 1000,
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
    raise NotImplementedError


def repetitions_for_half_width(
    estimate: MeanEstimate, half_width: float, *, level: float = 0.95, most: int = 1000
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
    raise NotImplementedError
