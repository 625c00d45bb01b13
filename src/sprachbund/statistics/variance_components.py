"""Components of variance of a balanced layout (a gate's mean by task, language, token class, seed), by moments."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.intervals import LEVEL, Interval
from sprachbund.statistics.repetitions import Floats


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """Random-effects analysis of variance of a balanced layout.

    Args:
        variances: source ("task", "seed:task", "task:language", ..., "residual") -> component, at least 0.
        mean_squares: source -> mean square.
        degrees: source -> degrees of freedom.
        coefficients: source -> (source -> its coefficient in the moment estimator).
    """

    variances: Mapping[str, float]
    mean_squares: Mapping[str, float]
    degrees: Mapping[str, int]
    coefficients: Mapping[str, Mapping[str, float]]

    def ratio(
        self, above: str, below: str, *, level: float = LEVEL, draws: int = 20_000, seed: int = 0
    ) -> tuple[float, Interval]:
        """The ratio of two components, with a generalised confidence interval (Weerahandi 1993).

        Every mean square is divided by a draw of its chi-square over its degrees of freedom, and the
        percentiles of the ratio of what follows are the bounds; 0 / 0 counts as 1.

        Raises:
            ValueError: a source that the layout does not have.
        """
        for name in (above, below):
            if name not in self.variances:
                raise ValueError(f"there is no source {name!r}; there are {list(self.variances)}")
        rng = np.random.default_rng(derive_seed(seed, "mean squares"))
        drawn = {
            name: square * self.degrees[name] / rng.chisquare(self.degrees[name], draws)
            for name, square in self.mean_squares.items()
        }
        parts = [
            np.maximum(sum(factor * drawn[name] for name, factor in self.coefficients[source].items()), 0.0)
            for source in (above, below)
        ]
        told = f"generalised confidence interval, {draws} draws of the mean squares"
        low, high = np.quantile(_divided(*parts), [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
        ratio = _divided(np.array(self.variances[above]), np.array(self.variances[below]))
        return float(ratio), Interval(float(low), float(high), level, told)


def _divided(above: Floats, below: Floats) -> Floats:
    """Ratios; 0 / 0 is 1, a positive number over 0 infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where((above == 0) & (below == 0), 1.0, above / below))


def variance_components(
    values: Floats, axes: Sequence[str], *, nested: Mapping[str, str] | None = None
) -> VarianceComponents:
    """Split the variance of a complete layout into its sources.

    Expected mean squares of a balanced random layout are sums of components with known multiples, and
    solving them gives unbiased estimates (Searle, Casella and McCulloch 1992, chapter 4). Negative
    estimates are shown as 0.

    Args:
        values: one number a cell, one axis a factor; the interaction of all is the residual.
        axes: a name for each axis ("task", "language", "token", "seed").
        nested: axis -> the axis it is nested in: {"seed": "task"} where seed 1 of one task is another
            model than seed 1 of the other.

    Raises:
        ValueError: names that do not fit the axes, an axis with one level, NaN.
    """
    table = np.asarray(values, dtype=np.float64)
    _check(table, axes, nested or {})
    owner = {axes.index(inner): axes.index(outer) for inner, outer in (nested or {}).items()}
    squares: dict[frozenset[int], float] = {}
    degrees: dict[frozenset[int], int] = {}
    for size in range(1, table.ndim + 1):
        for chosen in combinations(range(table.ndim), size):
            # A source with a nested axis holds the axis it is nested in: seed and task x seed are one.
            source = frozenset(chosen) | {owner[axis] for axis in chosen if axis in owner}
            squares[source] = squares.get(source, 0.0) + _sum_of_squares(table, chosen)
            degrees[source] = degrees.get(source, 0) + math.prod(table.shape[axis] - 1 for axis in chosen)
    means = {source: squares[source] / degrees[source] for source in squares}
    everything = frozenset(range(table.ndim))
    names = {source: "residual" if source == everything else _name(source, axes, owner) for source in means}
    coefficients = {source: _solved(source, means, table.shape, owner) for source in means}
    variances = {
        source: max(sum(factor * means[other] for other, factor in parts.items()), 0.0)
        for source, parts in coefficients.items()
    }
    return VarianceComponents(
        {names[source]: variance for source, variance in variances.items()},
        {names[source]: mean for source, mean in means.items()},
        {names[source]: count for source, count in degrees.items()},
        {names[source]: {names[other]: factor for other, factor in parts.items()}
         for source, parts in coefficients.items()},
    )


def _sum_of_squares(table: Floats, chosen: tuple[int, ...]) -> float:
    """Sum of squares of one effect of the fully crossed layout."""
    rest = tuple(axis for axis in range(table.ndim) if axis not in chosen)
    effect = table.mean(axis=rest, keepdims=True)
    for axis in chosen:
        effect = effect - effect.mean(axis=axis, keepdims=True)
    return float((effect**2).sum() * math.prod(table.shape[axis] for axis in rest))


def _solved(
    source: frozenset[int], means: Mapping[frozenset[int], float], shape: tuple[int, ...], owner: Mapping[int, int]
) -> dict[frozenset[int], float]:
    """The component as a sum of mean squares.

    The expected mean square of a source is the sum, over the sources that contain it, of their
    components times the number of cells in one of their levels. So this source's own is what remains
    when those of the larger sources are taken away, each written in mean squares itself.
    """
    parts = {source: 1.0}
    for larger in sorted((other for other in means if other > source), key=len):
        cells = math.prod(shape[axis] for axis in range(len(shape)) if axis not in larger)
        for other, factor in _solved(larger, means, shape, owner).items():
            parts[other] = parts.get(other, 0.0) - cells * factor
    own = math.prod(shape[axis] for axis in range(len(shape)) if axis not in source)
    return {other: factor / own for other, factor in parts.items() if factor}


def _name(source: frozenset[int], axes: Sequence[str], owner: Mapping[int, int]) -> str:
    inner = [axis for axis in sorted(source) if axis in owner]
    outer = [axis for axis in sorted(source) if axis not in {owner[axis] for axis in inner}]
    named = [f"{axes[axis]}:{axes[owner[axis]]}" if axis in owner else axes[axis] for axis in outer]
    return ":".join(named)


def _check(table: Floats, axes: Sequence[str], nested: Mapping[str, str]) -> None:
    if len(axes) != table.ndim or len(set(axes)) != len(axes):
        raise ValueError(f"{table.ndim} axes need as many different names, got {list(axes)}")
    if table.ndim < 2 or min(table.shape) < 2:
        raise ValueError(f"a layout has two axes or more with two levels or more each, got the shape {table.shape}")
    for inner, outer in nested.items():
        if inner not in axes or outer not in axes or inner == outer or outer in nested:
            raise ValueError(f"{inner!r} cannot be nested in {outer!r}; the axes are {list(axes)}")
    if np.isnan(table).any():
        raise ValueError("a layout is complete: there is a missing value (NaN)")
