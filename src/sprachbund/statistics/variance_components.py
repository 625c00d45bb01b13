"""Components of variance of a balanced layout (a gate's mean by task, language, token class, seed), by moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
        raise NotImplementedError


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
    raise NotImplementedError
