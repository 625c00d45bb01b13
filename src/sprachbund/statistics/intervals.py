"""Intervals: percentile bootstrap over examples and repetitions, and Student's t over repetitions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.statistics.distributions import t_quantile
from sprachbund.statistics.repetitions import Floats, fold
from sprachbund.statistics.resampling import (
    RESAMPLES,
    Counts,
    Value,
    resampled_scores,
)

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Args:
        low, high: its bounds, in the unit of the score; NaN where nothing was counted.
        level: the probability it is made for, such as 0.95.
        method: how it was made, in words for tables and reports.
    """

    low: float
    high: float
    level: float
    method: str


def percentile_interval(draws: Floats, *, level: float = LEVEL, method: str | None = None) -> Interval:
    """The interval between the outer percentiles of bootstrap draws (Efron and Tibshirani 1993, chapter 13).

    Args:
        draws: (R,), or (S, R) of S repetitions, which are folded first; NaN (resamples with nothing to
            count) are left out.
        level: the share of draws between the bounds.
        method: stands in the interval; default: what can be told from the draws.

    Raises:
        ValueError: the level is not between 0 and 1.
    """
    check_level(level)
    told = method or method_of(draws)
    numbers = fold(draws)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        return Interval(math.nan, math.nan, level, told)
    low, high = np.quantile(numbers, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level, told)


def bootstrap_interval(
    counts: Counts, value: Value, *, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0, name: str = "0"
) -> Interval:
    """Percentile bootstrap interval of one score, meaned over repetitions.

    Args:
        counts: (n, K), or (S, n, K) for S repetitions over the same examples.
        value: sums (..., K) to scores (...).
        level: such as 0.95.
        resamples: R.
        seed: root of the random streams.
        name: of the stream, see `resampled_scores`.

    Raises:
        ValueError: no example, or a level outside (0, 1).
    """
    draws = resampled_scores([counts], value, resamples=resamples, seed=seed, names=[name])[0]
    return percentile_interval(draws, level=level)


def t_interval(values: Sequence[float] | Floats, *, level: float = LEVEL) -> Interval:
    """Student's interval of the mean of a few repetitions: mean ± t(S - 1) · s / sqrt(S).

    It speaks of repetitions only: the examples are taken as given.

    Raises:
        ValueError: fewer than two values.
    """
    check_level(level)
    numbers = np.asarray(values, dtype=np.float64)
    count = len(numbers)
    if count < 2:
        raise ValueError(f"a t interval needs two values or more, got {count}")
    half = t_quantile((1 + level) / 2, count - 1) * float(numbers.std(ddof=1)) / math.sqrt(count)
    mean = float(numbers.mean())
    return Interval(mean - half, mean + half, level, f"Student's t over {count} repetitions")


def method_of(draws: Floats) -> str:
    """Say in words how draws over examples, (R,) or (S, R), become an interval."""
    repetitions = f", Student's t over {draws.shape[-2]} repetitions" if draws.ndim > 1 and len(draws) > 1 else ""
    return f"percentile bootstrap over examples, {draws.shape[-1]} resamples{repetitions}"


def check_level(level: float) -> None:
    """Refuse a level that is no probability.

    Raises:
        ValueError: not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, got {level}")
