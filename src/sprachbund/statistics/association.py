"""Correlations with intervals, and similarity within groups against between them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from sprachbund.statistics.intervals import LEVEL, Interval
from sprachbund.statistics.repetitions import Floats

DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation coefficient.

    Args:
        value: as observed; NaN where one of the two does not vary.
        interval: percentile bootstrap interval.
        units: number of units redrawn.
    """

    value: float
    interval: Interval
    units: int


def rank_correlation(
    places: Sequence[float] | Floats, curves: Floats, *, level: float = LEVEL, draws: int = DRAWS, seed: int = 0
) -> Correlation:
    """Spearman's correlation of places (layers) with the mean of curves; the curves are redrawn (C1).

    Args:
        places: (K,).
        curves: (U, K), one a unit (language).
        level, draws, seed: of the interval.

    Raises:
        ValueError: shapes that differ, fewer than three places or two units, NaN.
    """
    raise NotImplementedError


def partial_correlation(
    first: Sequence[float] | Floats, second: Sequence[float] | Floats, controls: Floats | None = None, *,
    clusters: Sequence[Hashable] | None = None, level: float = LEVEL, draws: int = DRAWS, seed: int = 0,
) -> Correlation:
    """Pearson's correlation of what the controls leave unexplained of either (C8).

    Args:
        first, second: (N,).
        controls: (N, c); an intercept is added. None: the plain correlation.
        clusters: labels of what is redrawn together (languages, or systems); default: rows.
        level, draws, seed: of the interval.

    Raises:
        ValueError: lengths that differ, fewer than c + 4 rows, fewer than three clusters, NaN.
    """
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class WithinBetween:
    """Similarity within groups against between them.

    Args:
        within, between: mean similarity of pairs, controls not taken out.
        difference: within minus between, controls taken out.
        p_value: one-sided (within is larger), by permutation of the units.
        pairs: number of pairs within.
    """

    within: float
    between: float
    difference: float
    p_value: float
    pairs: int


def within_between(
    similarity: Floats, groups: Sequence[Hashable], *, controls: Sequence[Floats] = (), permutations: int = 10_000,
    seed: int = 0,
) -> WithinBetween:
    """Permutation test that units of one group are more alike than others, controls kept fixed (C9).

    The partial Mantel test (Smouse, Long and Sokal 1986): over the pairs of units similarity and "same
    group" are regressed on the controls; the residuals of similarity are permuted as a matrix, rows
    and columns together, and compared anew.

    Args:
        similarity: (N, N) symmetric; the diagonal is not read.
        groups: N labels (families).
        controls: (N, N) symmetric matrices (same script, difference of pretraining size).
        permutations: R.
        seed: of the permutations.

    Raises:
        ValueError: shapes that differ, a matrix that is not symmetric, NaN, or no pair within or none
            between groups.
    """
    raise NotImplementedError
