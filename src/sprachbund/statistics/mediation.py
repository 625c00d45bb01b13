"""Mediation between two conditions on the same units: how much of a difference other measures account for."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.association import DRAWS
from sprachbund.statistics.intervals import LEVEL, Interval, percentile_interval
from sprachbund.statistics.repetitions import Floats


@dataclass(frozen=True, slots=True)
class Mediated:
    """A part of a difference.

    Args:
        value: as observed.
        interval: percentile bootstrap interval.
    """

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Mediation:
    """A mean difference and its two parts, which add up to it.

    Args:
        total: mean difference of the outcome.
        carried: the part that the differences of the mediators account for (the indirect effect).
        direct: what is left (the direct effect).
        units: number of rows.
    """

    total: Mediated
    carried: Mediated
    direct: Mediated
    units: int


def paired_mediation(
    outcomes: tuple[Floats, Floats], mediators: tuple[Floats, Floats], *, groups: Sequence[Hashable],
    repetitions: Sequence[Hashable], level: float = LEVEL, draws: int = DRAWS, seed: int = 0,
) -> Mediation:
    """Mediation between two conditions that every unit was measured under.

    The path analysis of Montoya and Hayes (2017) for two conditions within units: the difference of the outcome is
    regressed on the differences of the mediators, their means over both conditions kept fixed; each mediator carries
    its mean difference times its coefficient, and the intercept at the mean of those means is the direct effect. That a
    mediator carries a difference does not show that it causes it.

    Args:
        outcomes: (N,) under the first condition and under the second; differences are the second minus the first.
        mediators: (N, m) the same.
        groups, repetitions: N labels each (languages, seeds); both are redrawn, crossed.
        level, draws, seed: of the intervals.

    Raises:
        ValueError: shapes that differ, fewer than 2m + 4 rows, fewer than three groups, NaN.
    """
    before, after = (np.asarray(side, dtype=np.float64) for side in outcomes)
    low, high = (np.asarray(side, dtype=np.float64) for side in mediators)
    if not (before.ndim == 1 and before.shape == after.shape and low.ndim == 2 and low.shape == high.shape
            and len(low) == len(before) == len(groups) == len(repetitions)):
        raise ValueError(f"lengths differ: outcomes {before.shape} and {after.shape}, mediators {low.shape} and "
                         f"{high.shape}, {len(groups)} groups, {len(repetitions)} repetitions")
    count = low.shape[1]
    if len(before) < 2 * count + 4 or len(set(groups)) < 3:
        raise ValueError(f"{len(before)} rows in {len(set(groups))} groups are too few with {count} mediators")
    table = np.column_stack([np.ones(len(before)), high - low, (high + low) / 2, after - before])
    if np.isnan(table).any():
        raise ValueError("there is a missing value (NaN); leave out the units that lack one")
    products = _products(table, _places(groups), _places(repetitions))
    rng = np.random.default_rng(derive_seed(seed, "mediation"))
    weights = [rng.multinomial(size, np.full(size, 1 / size), size=draws).astype(np.float64)
               for size in products.shape[:2]]
    drawn = _parts(np.einsum("rg,rs,gsij->rij", *weights, products, optimize=True), count)
    observed = _parts(products.sum(axis=(0, 1))[None], count)[:, 0]
    told = f"percentile bootstrap over groups and repetitions, {draws} resamples"
    total, carried, direct = (Mediated(float(value), percentile_interval(row, level=level, method=told))
                              for value, row in zip(observed, drawn, strict=True))
    return Mediation(total, carried, direct, len(before))


def _places(labels: Sequence[Hashable]) -> NDArray[np.intp]:
    known = {name: place for place, name in enumerate(dict.fromkeys(labels))}
    return np.array([known[name] for name in labels])


def _products(table: Floats, groups: NDArray[np.intp], repetitions: NDArray[np.intp]) -> Floats:
    """(G, S, c, c) sums of products of the columns, by group and repetition."""
    columns = table.shape[1]
    products = np.zeros((groups.max() + 1, repetitions.max() + 1, columns, columns))
    np.add.at(products, (groups, repetitions), table[:, :, None] * table[:, None, :])
    return products


def _parts(products: Floats, count: int) -> Floats:
    """(3, R) total, carried and direct, from (R, c, c) sums of products; NaN where a draw has no row."""
    rows = products[:, :1, :1]
    means = products / np.where(rows > 0, rows, np.nan)
    first = means[:, 0, 1:]
    spread = np.nan_to_num(means[:, 1:, 1:] - first[:, :, None] * first[:, None, :])
    slopes = np.linalg.pinv(spread[:, :-1, :-1], rcond=1e-9, hermitian=True) @ spread[:, :-1, -1:]
    total = first[:, -1]
    carried = (first[:, :count] * slopes[:, :count, 0]).sum(axis=1)
    return np.stack([total, carried, total - carried])
