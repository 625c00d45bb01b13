"""Correlations with intervals, and similarity within groups against between them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.intervals import LEVEL, Interval, percentile_interval
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
    x, y = np.asarray(places, dtype=np.float64), np.asarray(curves, dtype=np.float64)
    if x.ndim != 1 or y.ndim != 2 or y.shape[1] != len(x) or len(x) < 3 or len(y) < 2:
        raise ValueError(f"expected three places or more and curves (units, places) of two units or more, got "
                         f"{x.shape} and {y.shape}")
    _refuse_missing(x, y)
    rng = np.random.default_rng(derive_seed(seed, "units"))
    weights = rng.multinomial(len(y), np.full(len(y), 1 / len(y)), size=draws)
    drawn = correlated(ranked(x), ranked(weights @ y))
    value = float(correlated(ranked(x), ranked(y.mean(axis=0))))
    return Correlation(value, percentile_interval(drawn, level=level, method=_told(draws, "units")), len(y))


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
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    given = np.zeros((len(x), 0)) if controls is None else np.asarray(controls, dtype=np.float64)
    labels = list(range(len(x))) if clusters is None else list(clusters)
    if not (x.ndim == y.ndim == 1 and given.ndim == 2 and len(x) == len(y) == len(given) == len(labels)):
        raise ValueError(f"lengths differ: {x.shape}, {y.shape}, controls {given.shape}, {len(labels)} clusters")
    _refuse_missing(x, y, given)
    known = {name: place for place, name in enumerate(dict.fromkeys(labels))}
    if len(x) < given.shape[1] + 4 or len(known) < 3:
        raise ValueError(f"{len(x)} rows in {len(known)} clusters are too few with {given.shape[1]} controls")
    member = np.array([known[name] for name in labels])
    table = np.column_stack([x, y, np.ones(len(x)), given])
    products = np.zeros((len(known), table.shape[1], table.shape[1]))
    np.add.at(products, member, table[:, :, None] * table[:, None, :])
    rng = np.random.default_rng(derive_seed(seed, "clusters"))
    weights = rng.multinomial(len(known), np.full(len(known), 1 / len(known)), size=draws)
    drawn = _partial(np.tensordot(weights.astype(np.float64), products, axes=1))
    value = float(_partial(products.sum(axis=0, keepdims=True))[0])
    return Correlation(value, percentile_interval(drawn, level=level, method=_told(draws, "clusters")), len(known))


def _partial(products: Floats) -> Floats:
    """Correlations of the first two columns given the rest, from (R, c, c) sums of products (Schur complement)."""
    ours, across, rest = products[:, :2, :2], products[:, :2, 2:], products[:, 2:, 2:]
    left = ours - across @ np.linalg.pinv(rest, hermitian=True) @ across.swapaxes(1, 2)
    scale = left[:, 0, 0] * left[:, 1, 1]
    # What the controls explain wholly leaves rounding errors behind, whose correlation means nothing.
    clear = scale > 1e-20 * ours[:, 0, 0] * ours[:, 1, 1]
    return np.asarray(np.where(clear, left[:, 0, 1] / np.sqrt(np.where(clear, scale, 1.0)), np.nan))


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
    alike = np.asarray(similarity, dtype=np.float64)
    matrices = [alike, *(np.asarray(control, dtype=np.float64) for control in controls)]
    count = len(groups)
    for matrix in matrices:
        if matrix.shape != (count, count):
            raise ValueError(f"{count} groups need matrices ({count}, {count}), got {matrix.shape}")
    upper = np.triu_indices(count, 1)
    _refuse_missing(*(matrix[upper] for matrix in matrices))
    if not all(np.allclose(matrix[upper], matrix.T[upper]) for matrix in matrices):
        raise ValueError("similarities and controls are symmetric matrices")
    known = {name: place for place, name in enumerate(dict.fromkeys(groups))}
    member = np.array([known[name] for name in groups])
    same = member[:, None] == member[None]
    inside = same[upper]
    if inside.all() or not inside.any():
        raise ValueError("there are no pairs within groups, or none between them, to compare")
    residual, factor = _taken_out(alike, same.astype(np.float64), matrices[1:], upper)
    scale = float((factor**2).sum())
    pairs = residual[upper] @ factor
    rng = np.random.default_rng(derive_seed(seed, "units"))
    reached = 1
    for _ in range(permutations):
        order = rng.permutation(count)
        reached += bool(residual[order[upper[0]], order[upper[1]]] @ factor >= pairs - 1e-12 * abs(pairs))
    observed = alike[upper]
    return WithinBetween(float(observed[inside].mean()), float(observed[~inside].mean()), float(pairs) / scale,
                         reached / (permutations + 1), int(inside.sum()))


def _taken_out(
    alike: Floats, same: Floats, controls: Sequence[Floats], upper: tuple[NDArray[np.intp], NDArray[np.intp]]
) -> tuple[Floats, Floats]:
    """Similarity as a symmetric matrix, and "same group" over the pairs, both as the controls leave them.

    The slope of the one on the other is then the difference within minus between at equal controls
    (Frisch and Waugh 1933).

    Raises:
        ValueError: the controls determine which pairs are of the same group.
    """
    pairs = np.column_stack([np.ones(len(upper[0])), *(control[upper] for control in controls)])
    project = pairs @ np.linalg.pinv(pairs)
    factor = same[upper] - project @ same[upper]
    if (factor**2).sum() < 1e-10 * (same[upper] ** 2).sum():
        raise ValueError("the controls alone say which pairs are of the same group; nothing is left to test")
    residual = np.zeros_like(alike)
    residual[upper] = alike[upper] - project @ alike[upper]
    return residual + residual.T, np.asarray(factor)


def ranked(values: Floats) -> Floats:
    """Ranks along the last axis from 1, ties sharing their mean rank."""
    below = (values[..., None, :] < values[..., :, None]).sum(axis=-1)
    equal = (values[..., None, :] == values[..., :, None]).sum(axis=-1)
    return np.asarray(below + (equal + 1) / 2)


def correlated(first: Floats, second: Floats) -> Floats:
    """Pearson's correlation along the last axis; NaN where one of the two does not vary."""
    one, other = (values - values.mean(axis=-1, keepdims=True) for values in (first, second))
    scale = np.sqrt((one**2).sum(axis=-1) * (other**2).sum(axis=-1))
    varies = scale > 0
    return np.asarray(np.where(varies, (one * other).sum(axis=-1) / np.where(varies, scale, 1.0), np.nan))


def _told(draws: int, units: str) -> str:
    return f"percentile bootstrap over {units}, {draws} resamples"


def _refuse_missing(*tables: Floats) -> None:
    if any(np.isnan(table).any() for table in tables):
        raise ValueError("there is a missing value (NaN); leave out the units that lack one")
