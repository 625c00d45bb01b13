"""Paired comparisons of two systems on the same examples, and Holm's correction for many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.statistics.intervals import LEVEL, Interval, method_of, percentile_interval
from sprachbund.statistics.repetitions import Floats, fold
from sprachbund.statistics.resampling import (
    RESAMPLES,
    Counts,
    Value,
    observed_scores,
    resampled_scores,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second system minus the first.

    Args:
        difference: observed, meaned over repetitions.
        interval: of the difference.
        p_value: two-sided; NaN where nothing was counted.
    """

    difference: float
    interval: Interval
    p_value: float


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """Comparisons within each group and of the mean over groups.

    Args:
        groups: one comparison a group, in the order given.
        adjusted: their p-values after Holm's correction.
        overall: of the plain mean over groups.
    """

    groups: tuple[Comparison, ...]
    adjusted: tuple[float, ...]
    overall: Comparison


def compare(
    first: Counts, second: Counts, value: Value, *, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0,
    name: str = "0",
) -> Comparison:
    """Paired bootstrap of the difference of two systems' scores.

    Args:
        first, second: (n, K) counts of the same examples in the same order, or (S, n, K); repetitions
            are paired too (the same seed of both systems belongs together).
        value: sums (..., K) to scores (...).
        level, resamples, seed, name: as in `bootstrap_interval`.

    Raises:
        ValueError: shapes that differ, no example.
    """
    return compare_groups([first], [second], value, level=level, resamples=resamples, seed=seed, names=[name]).groups[0]


def compare_groups(
    first: Sequence[Counts],
    second: Sequence[Counts],
    value: Value,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
    names: Sequence[str] | None = None,
) -> GroupComparison:
    """Paired bootstrap in every group (Holm over groups) and of the mean over groups, from the same draws.

    The groups are these and no others; `means.mean_estimate` also takes them as a sample.

    Args:
        first, second: for each group counts as in `compare`.
        value, level, resamples, seed, names: as in `resampled_scores` and `bootstrap_interval`.

    Raises:
        ValueError: shapes that differ, no group, a group without examples.
    """
    both = _pair(first, second)
    draws = resampled_scores(both, value, resamples=resamples, seed=seed, names=names)
    differences = draws[:, 1] - draws[:, 0]
    observed = np.array([observed_scores(counts, value) for counts in both])
    observed = observed[:, 1] - observed[:, 0]
    compared = tuple(_comparison(*pair, level) for pair in zip(observed, differences, strict=True))
    adjusted = holm([comparison.p_value for comparison in compared])
    overall = _comparison(observed.mean(axis=0), differences.mean(axis=0), level)
    return GroupComparison(compared, tuple(float(p) for p in adjusted), overall)


def p_value(draws: Floats) -> float:
    """Two-sided bootstrap p-value that a difference is zero, by inverting the percentile interval.

    p = 2 · min(share of draws <= 0, share of draws >= 0), each share with one added to numerator and
    denominator, so that it is never zero (Davison and Hinkley 1997, 4.2), and at most one. Two equal
    systems have p = 1.

    Args:
        draws: (R,) bootstrap draws of the difference, or (S, R) of S repetitions, which are folded
            first; NaN are left out.
    """
    numbers = fold(draws)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        return float("nan")
    tail = 1 + min(int((numbers <= 0).sum()), int((numbers >= 0).sum()))
    return min(1.0, 2 * tail / (len(numbers) + 1))


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Adjust p-values for many comparisons (Holm 1979): the chance of any false rejection stays bounded.

    Args:
        p_values: (m,); NaN stay NaN and do not count as comparisons.

    Returns:
        (m,) adjusted p-values, at most one, in the order given.
    """
    given = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full_like(given, np.nan)
    order = np.argsort(given, kind="stable")[: int((~np.isnan(given)).sum())]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(given[order] * factors))
    return adjusted


def _comparison(observed: Floats, draws: Floats, level: float) -> Comparison:
    """From (S,) observed differences and their (S, R) draws."""
    interval = percentile_interval(draws, level=level, method=f"paired {method_of(draws)}")
    return Comparison(float(observed.mean()), interval, p_value(draws))


def _pair(first: Sequence[Counts], second: Sequence[Counts]) -> list[Counts]:
    """Stack the systems: (2, S, n, K) a group."""
    if len(first) != len(second):
        raise ValueError(f"the systems have {len(first)} and {len(second)} groups; compare the groups of both")
    pairs = []
    for position, (one, other) in enumerate(zip(first, second, strict=True)):
        if np.shape(one) != np.shape(other):
            raise ValueError(
                f"group {position + 1}: counts {np.shape(one)} and {np.shape(other)} are not of the same examples and "
                "repetitions"
            )
        pair = np.stack([one, other])
        pairs.append(pair[:, None] if pair.ndim == 3 else pair)
    return pairs
