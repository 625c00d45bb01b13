"""Ways to make an interval of a mean gain, for the comparison of their coverage."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.crossed import score_systems
from sprachbund.statistics.distributions import t_quantile
from sprachbund.statistics.hierarchical import hierarchical_draws
from sprachbund.statistics.intervals import LEVEL, percentile_interval, t_interval
from sprachbund.statistics.means import MeanEstimate, Scope, mean_estimate
from sprachbund.statistics.resampling import resampled_groups

SCOPES: tuple[Scope, ...] = ("these groups", "groups like these")
CHOSEN = "sum of t"
RESAMPLES = 400
Floats = NDArray[np.float64]


def share(sums: Floats) -> Floats:
    """Right of all, in points."""
    return np.asarray(100 * sums[..., 0] / sums[..., 1])


class Methods:
    """Every way, on studies of one shape; all studies meet the same resamples of examples.

    Args:
        families: of the languages.
        examples: n of each.
        parallel: whether examples are the same in every language.
    """

    def __init__(self, families: Sequence[Hashable], examples: int, parallel: bool) -> None:
        self._families, self._parallel = families, parallel
        rng = np.random.default_rng(derive_seed(0, "resamples"))
        even = np.full(examples, 1 / examples)
        self._weights = [rng.multinomial(examples, even, size=RESAMPLES).astype(np.float32) for _ in families]
        if parallel:
            self._weights = self._weights[:1] * len(families)

    def intervals(self, counts: Sequence[NDArray[np.int64]], number: int) -> dict[tuple[Scope, str], tuple[float, ...]]:
        """(low, high) of every scope and way.

        Args:
            counts: of one study, see `coverage_designs.Study`.
            number: of the study, for random numbers.
        """
        names = ["one"] * len(counts) if self._parallel else None
        gain = score_systems(counts, share, examples=names).difference(1, 0)
        draws = self._draws(counts)
        means = draws.mean(axis=0)
        seeds = means.shape[0]
        estimates = {scope: mean_estimate(gain, clusters=self._families, scope=scope) for scope in SCOPES}
        these, others = SCOPES
        spread = resampled_groups(gain.values.T, resamples=RESAMPLES, seed=number)
        found: dict[tuple[Scope, str], Any] = {
            (these, "percentile, examples"): percentile_interval(means.mean(axis=0)),
            (these, "percentile, examples and seeds"): percentile_interval(hierarchical_draws(draws, seed=number)),
            (these, "t over seeds"): t_interval(gain.values.mean(axis=1)),
            (these, "percentile, and t over seeds"): percentile_interval(means),
            (others, "percentile, languages"): percentile_interval(spread.mean(axis=0)),
            (others, "percentile, languages, and t over seeds"): percentile_interval(spread),
            (others, "hierarchical percentile"): percentile_interval(
                hierarchical_draws(draws, clusters=self._families, seed=number)),
        }
        intervals = {name: (float(one.low), float(one.high)) for name, one in found.items()}
        for scope, one in estimates.items():
            intervals[scope, CHOSEN] = (one.interval.low, one.interval.high)
            half = t_quantile((1 + LEVEL) / 2, one.degrees) * one.standard_error
            intervals[scope, "one t (Satterthwaite)"] = (one.mean - half, one.mean + half)
        if seeds > 1:
            intervals[these, "bootstrap-t"] = _bootstrap_t(means, estimates[these], number)
        return intervals

    def _draws(self, counts: Sequence[NDArray[np.int64]]) -> Floats:
        """(G, S, R) gains on resampled examples."""
        found = []
        for weights, part in zip(self._weights, counts, strict=True):
            gained = (part[1, ..., 0] - part[0, ..., 0]).astype(np.float32)
            every = weights @ part[0, 0, :, 1].astype(np.float32)
            found.append(100 * (gained @ weights.T) / every)
        return np.stack(found).astype(np.float64)


def _bootstrap_t(means: Floats, estimate: MeanEstimate, number: int) -> tuple[float, float]:
    """Seeds and examples redrawn, the distance to the observed mean over its own standard error (Efron 1979)."""
    seeds, resamples = means.shape
    rng = np.random.default_rng(derive_seed(number, "bootstrap-t"))
    chosen = rng.integers(0, seeds, (seeds, resamples))
    drawn = np.take_along_axis(means, chosen, axis=0)
    errors = np.sqrt(drawn.var(axis=0, ddof=1) / seeds + estimate.parts.examples)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.where(errors > 0, (drawn.mean(axis=0) - estimate.mean) / errors, math.inf)
    low, high = np.quantile(away, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="inverted_cdf")
    return estimate.mean - float(high) * estimate.standard_error, estimate.mean - float(low) * estimate.standard_error
