"""Linear mixed models with crossed and nested random intercepts, fitted by REML or maximum likelihood."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.distributions import t_quantile
from sprachbund.statistics.intervals import LEVEL, Interval
from sprachbund.statistics.repetitions import Floats
from sprachbund.statistics.simplex import minimise


@dataclass(frozen=True, slots=True)
class MixedModel:
    """A fitted model.

    Args:
        effects: (p,) fixed effects.
        covariance: (p, p) of the fixed effects.
        variances: name of each random factor -> variance of its intercepts, and "residual".
        log_likelihood: at the optimum, restricted where `restricted`.
        restricted: whether fitted by REML.
        observations: N.
    """

    effects: Floats
    covariance: Floats
    variances: Mapping[str, float]
    log_likelihood: float
    restricted: bool
    observations: int

    def contrast(self, weights: Sequence[float] | Floats, *, level: float = LEVEL) -> tuple[float, float, Interval]:
        """A weighted sum of the fixed effects, its standard error, and its Wald interval.

        Raises:
            ValueError: not one weight an effect.
        """
        given = np.asarray(weights, dtype=np.float64)
        if given.shape != self.effects.shape:
            raise ValueError(f"{len(self.effects)} fixed effects need as many weights, got the shape {given.shape}")
        value, error = float(given @ self.effects), math.sqrt(float(given @ self.covariance @ given))
        half = t_quantile((1 + level) / 2, math.inf) * error
        return value, error, Interval(value - half, value + half, level, "Wald interval of a linear mixed model")


def fit_mixed_model(
    response: Floats, design: Floats, factors: Mapping[str, Sequence[Hashable]], *, restricted: bool = True
) -> MixedModel:
    """Fit `response ~ design + (1 | factor) + ...`.

    The deviance is profiled over fixed effects and residual variance (Bates et al. 2015, equations 34
    and 39) and minimised over the relative standard deviations of the factors, which may be zero.

    Args:
        response: (N,).
        design: (N, p), of full rank; a column of ones is the intercept.
        factors: name -> N labels; nested factors have labels that are unique across their parents,
            and a random slope of a factor is a factor of combined labels ("system within seed").
        restricted: REML, else maximum likelihood.

    Raises:
        ValueError: lengths that differ, a design without full rank, NaN, a factor with one level or with
            one a row.
    """
    y, x = np.asarray(response, dtype=np.float64), np.asarray(design, dtype=np.float64)
    _check(y, x, factors)
    indicators = [_indicators(labels) for labels in factors.values()]
    sizes = [indicator.shape[1] for indicator in indicators]
    z = np.concatenate(indicators, axis=1)
    start = np.linalg.lstsq(x, y, rcond=None)[0]
    profile = _Profile(z, x, y - x @ start, np.repeat(np.arange(len(sizes)), sizes), restricted)
    scales, deviance = minimise(lambda scale: profile.solve(scale)[0], np.ones(len(sizes)))
    _, effects, inverse, residual = profile.solve(scales)
    variances = {name: residual * float(scale) ** 2 for name, scale in zip(factors, scales, strict=True)}
    return MixedModel(start + effects, residual * inverse, variances | {"residual": residual}, -deviance / 2,
                      restricted, len(y))


def fit_difference(
    differences: Floats, *, clusters: Sequence[Hashable] | None = None, restricted: bool = True
) -> MixedModel:
    """The protocol's cross-check of a gain, `score ~ system + (1 | family / language) + (1 | seed)`, system by system.

    For two systems paired by seed and language it is a model of their difference: what both have of a seed, a language
    or a family drops out of it, and what each has of its own stays as a random effect. As the formula stands, without
    random slopes, the cells of one trained model would count as independent, and the error of the contrast would be far
    too small wherever seeds matter (Barr et al. 2013).

    Args:
        differences: (S, G) of a system over another, S seeds and G languages; fixed effect 0 is their mean.
        clusters: for each language its family; not used where all languages are of one, or each of its own.
        restricted: REML, else maximum likelihood.

    Raises:
        ValueError: fewer than two seeds or languages, clusters that are not one a language, or NaN.
    """
    table = np.asarray(differences, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2:
        raise ValueError(f"differences are (repetitions, groups), two of each or more, got {table.shape}")
    if clusters is not None and len(clusters) != table.shape[1]:
        raise ValueError(f"{table.shape[1]} groups need as many clusters, got {len(clusters)}")
    repetition, group = (axis.ravel().tolist() for axis in np.indices(table.shape))
    factors: dict[str, Sequence[Hashable]] = {"group": group, "repetition": repetition}
    if clusters is not None and 1 < len(set(clusters)) < len(clusters):
        factors["cluster"] = [clusters[place] for place in group]
    return fit_mixed_model(table.ravel(), np.ones((table.size, 1)), factors, restricted=restricted)


class _Profile:
    """The deviance as a function of the factors' standard deviations over the residual's."""

    def __init__(self, z: Floats, x: Floats, y: Floats, factor: NDArray[np.intp], restricted: bool) -> None:
        self._factor, self._restricted = factor, restricted
        self._zz, self._zx, self._zy = z.T @ z, z.T @ x, z.T @ y
        self._xx, self._xy, self._yy = x.T @ x, x.T @ y, float(y @ y)
        self._rows, self._columns = x.shape

    def solve(self, scales: Floats) -> tuple[float, Floats, Floats, float]:
        """Deviance, fixed effects, their covariance over the residual variance, and the residual variance."""
        scale = scales[self._factor]
        matrix = scale[:, None] * self._zz * scale + np.eye(len(scale))
        right = scale[:, None] * np.column_stack([self._zx, self._zy])
        solved = np.linalg.solve(matrix, right)
        left = right.T @ solved
        inner = self._xx - left[:-1, :-1]
        effects = np.linalg.solve(inner, self._xy - left[:-1, -1])
        rest = self._yy - left[-1, -1] - float(effects @ (self._xy - left[:-1, -1]))
        degrees = self._rows - (self._columns if self._restricted else 0)
        residual = max(rest, 1e-12 * self._yy, np.finfo(float).tiny) / degrees
        deviance = 2 * float(np.log(np.diagonal(np.linalg.cholesky(matrix))).sum())
        deviance += degrees * (1 + math.log(2 * math.pi * residual))
        if self._restricted:
            deviance += float(np.linalg.slogdet(inner)[1])
        return float(deviance), np.asarray(effects), np.asarray(np.linalg.inv(inner)), float(residual)


def _indicators(labels: Sequence[Hashable]) -> Floats:
    known = {name: place for place, name in enumerate(dict.fromkeys(labels))}
    found = np.zeros((len(labels), len(known)))
    found[np.arange(len(labels)), [known[label] for label in labels]] = 1.0
    return found


def _check(y: Floats, x: Floats, factors: Mapping[str, Sequence[Hashable]]) -> None:
    if y.ndim != 1 or x.ndim != 2 or len(x) != len(y) or any(len(labels) != len(y) for labels in factors.values()):
        lengths = {name: len(labels) for name, labels in factors.items()}
        raise ValueError(f"lengths differ: response {y.shape}, design {x.shape}, factors {lengths}")
    if np.isnan(y).any() or np.isnan(x).any():
        raise ValueError("there is a missing value (NaN); leave out the rows that have one")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise ValueError("the design has not full rank: a column is a sum of others")
    for name, labels in factors.items():
        if not 1 < len(set(labels)) < len(y):
            raise ValueError(f"the factor {name!r} has {len(set(labels))} levels in {len(y)} rows; it cannot be told "
                             "from the intercept, or from the residual")
    if not factors:
        raise ValueError("a mixed model has a random factor; without one, use least squares")


@dataclass(frozen=True, slots=True)
class InteractionTest:
    """Likelihood ratio of a model with interaction against one without, and its permutation p-value.

    Args:
        ratio: twice the difference of log likelihoods.
        p_value: share of permutations with a ratio at least as large, the observed one counted in.
        permutations: R.
    """

    ratio: float
    p_value: float
    permutations: int


def interaction_test(values: Sequence[Floats], *, permutations: int = 10_000, seed: int = 0) -> InteractionTest:
    """Whether curves over k differ in shape between conditions (task x layer), whatever their height (C7).

    Every curve is centred (this takes out task and seed); the curves' labels are permuted among the
    conditions, since under the null each curve could come from any (Anderson and Legendre 1999).

    Args:
        values: for each of T conditions (S, K) curves, one a repetition; S may differ.
        permutations: R.
        seed: of the permutations.

    Raises:
        ValueError: fewer than two conditions, curves or points, unequal K, NaN.
    """
    curves = [np.asarray(part, dtype=np.float64) for part in values]
    if len(curves) < 2 or any(part.ndim != 2 or part.shape[1] != curves[0].shape[1] for part in curves):
        raise ValueError("expected two conditions or more with curves (repetitions, K) over the same K, got "
                         f"{[part.shape for part in curves]}")
    every = np.concatenate(curves)
    if np.isnan(every).any():
        raise ValueError("a curve has a missing value; leave out points that were not run with every repetition")
    if every.shape[1] < 2 or len(every) <= len(curves):
        raise ValueError(f"{len(every)} curves of {every.shape[1]} points cannot tell shape from chance")
    every -= every.mean(axis=1, keepdims=True)
    member = _indicators(np.repeat(np.arange(len(curves)), [len(part) for part in curves]).tolist())
    rng = np.random.default_rng(derive_seed(seed, "conditions"))
    observed = _ratio(every, member)
    drawn = (_ratio(every[rng.permutation(len(every))], member) for _ in range(permutations))
    reached = 1 + sum(ratio >= observed - 1e-9 * abs(observed) for ratio in drawn)
    return InteractionTest(observed, reached / (permutations + 1), permutations)


def _ratio(curves: Floats, member: Floats) -> float:
    """N log(RSS without / RSS with interaction): twice the difference of normal log likelihoods."""
    total = float((curves**2).sum())
    common = len(curves) * float((curves.mean(axis=0) ** 2).sum())
    own = float(((member.T @ curves) ** 2 / member.sum(axis=0)[:, None]).sum())
    tiny = np.finfo(float).eps * max(total, np.finfo(float).tiny)
    return curves.size * math.log(max(total - common, tiny) / max(total - own, tiny))
