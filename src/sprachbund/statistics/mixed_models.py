"""Linear mixed models with crossed and nested random intercepts, fitted by REML or maximum likelihood."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from sprachbund.statistics.intervals import LEVEL, Interval
from sprachbund.statistics.repetitions import Floats


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
        raise NotImplementedError


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
    raise NotImplementedError


def fit_systems(
    values: Floats, *, clusters: Sequence[Hashable] | None = None, slopes: bool = True, restricted: bool = True
) -> MixedModel:
    """The protocol's cross-check: `score ~ system + (1 | family / language) + (1 | seed)`.

    Args:
        values: (A, S, G) scores; fixed effect 0 is the first system's mean, a further one each other
            system minus the first.
        clusters: for each group its cluster; default: no clusters.
        slopes: with random system-by-seed and system-by-group intercepts, so that every trained model
            and every language has its own luck. Without them, as the formula stands, the cells of one
            model count as independent, and the standard error of a contrast is far too small wherever
            seeds matter (Barr et al. 2013).
        restricted: REML, else maximum likelihood.

    Raises:
        ValueError: fewer than two systems, seeds or groups, or NaN.
    """
    raise NotImplementedError


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
    raise NotImplementedError
