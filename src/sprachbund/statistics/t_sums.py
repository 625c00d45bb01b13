"""Sums of independent Student's t variables, each with a scale of its own (Behrens 1929, Fisher 1935).

A mean is uncertain by several sources, each with a variance estimated from few or many observations.
The error, given these estimates, is taken as the sum of sqrt(variance_i) · t(degrees_i): what Behrens
and Fisher take it as for a difference of two means. Where one source is all there is, that is Student's
t. Between, intervals hold their level or are somewhat too wide (Robinson 1976), while Satterthwaite's
single t with matched degrees of freedom, itself estimated, falls short by up to three points of
coverage where one source has two degrees of freedom (benchmarks, `coverage`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from sprachbund.statistics.distributions import t_quantile, t_tail
from sprachbund.statistics.repetitions import Floats

Source = tuple[float, float]
"""Variance and degrees of freedom."""

_AS_GOOD_AS_NORMAL = 200.0  # degrees: the 97.5 % quantile is larger by 0.6 %
_NODES = 32
_FAR = 9
_PER_UNIT = 256


def satterthwaite(sources: Sequence[Source]) -> float:
    """Degrees of freedom of the sum of the variances, V² / sum of v_i² / df_i (Satterthwaite 1946).

    Returns:
        Infinite where no source has a variance.
    """
    noise = sum(variance**2 / degrees for variance, degrees in sources)
    return sum(variance for variance, _ in sources) ** 2 / noise if noise > 0 else math.inf


def sum_tail(error: float, sources: Sequence[Source]) -> float:
    """P(|sum of sqrt(v_i) t_i| >= |error|), the two-sided p-value; NaN in, NaN out.

    Without any variance an error of zero has probability one and any other zero.
    """
    known = _known(sources)
    if math.isnan(error) or math.isnan(sum(variance for variance, _ in known)):
        return math.nan
    if not known:
        return float(error == 0)
    if len(known) == 1:
        variance, degrees = known[0]
        return t_tail(error / math.sqrt(variance), degrees)
    scales, weights = _mixture(tuple(known))
    return 2 * float(weights @ normal_tail(abs(error) / scales))


def sum_quantile(probability: float, sources: Sequence[Source]) -> float:
    """The quantile of the sum of sqrt(v_i) t_i, by Newton's method on its distribution function.

    Args:
        probability: of a smaller value, above one half.
        sources: variances and degrees of freedom; NaN in, NaN out.

    Raises:
        ValueError: a probability outside of (0.5, 1).
    """
    if not 0.5 < probability < 1:
        raise ValueError(f"expected 0.5 < probability < 1, got {probability}")
    known = _known(sources)
    total = sum(variance for variance, _ in known)
    if not known or math.isnan(total):
        return total
    if len(known) == 1:
        return math.sqrt(total) * t_quantile(probability, known[0][1])
    scales, weights = _mixture(tuple(known))
    # The distribution function is concave above zero, so Newton from below never overshoots.
    found = max([math.sqrt(total) * t_quantile(probability, math.inf),
                 *(math.sqrt(variance) * t_quantile(probability, _rounded_up(degrees)) for variance, degrees in known)])
    for _ in range(60):
        tail = float(weights @ normal_tail(found / scales))
        density = float(weights @ (np.exp(-0.5 * (found / scales) ** 2) / scales)) / math.sqrt(2 * math.pi)
        step = (tail - (1 - probability)) / density
        found += step
        if abs(step) < 1e-9 * found:
            break
    return found


def _rounded_up(degrees: float) -> float:
    """Whole degrees have quantiles that were computed before, and a little smaller."""
    return degrees if math.isinf(degrees) else float(math.ceil(degrees))


def _known(sources: Sequence[Source]) -> list[Source]:
    """Sources with a variance; those that are as good as normal are one."""
    normal = sum(variance for variance, degrees in sources if degrees > _AS_GOOD_AS_NORMAL)
    known = [(variance, degrees) for variance, degrees in sources
             if degrees <= _AS_GOOD_AS_NORMAL and variance != 0]
    return known + ([(normal, math.inf)] if normal else [])


@lru_cache(maxsize=8)
def _mixture(sources: tuple[Source, ...]) -> tuple[Floats, Floats]:
    """The sum as a mixture of normals: t is normal with variance v / W², W² = chi-square / degrees.

    Returns:
        Standard deviations and weights, one entry a node of the product of quadratures.
    """
    variances, weights = np.zeros(1), np.ones(1)
    for variance, degrees in sources:
        nodes, mass = (np.ones(1), np.ones(1)) if math.isinf(degrees) else chi_nodes(degrees, _NODES)
        variances = (variances[:, None] + variance / nodes**2).ravel()
        weights = (weights[:, None] * mass).ravel()
    return np.sqrt(variances), weights


@lru_cache(maxsize=256)
def chi_nodes(degrees: float, count: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights of W = sqrt(chi-square / degrees), where it has its mass.

    Args:
        degrees: of freedom, one or more.
        count: number of nodes.

    Returns:
        (count,) nodes and their probabilities, which add up to one.
    """
    spread = 8 / math.sqrt(2 * degrees)
    low, high = max(0.0, 1 - spread), 1 + spread
    places, weights = _legendre(count)
    nodes = (high - low) / 2 * places + (high + low) / 2
    half = degrees / 2
    logs = math.log(2) + half * math.log(half) - math.lgamma(half) + (degrees - 1) * np.log(nodes) - half * nodes**2
    mass = weights * np.exp(logs)
    return nodes, mass / mass.sum()


@lru_cache(maxsize=8)
def _legendre(count: int) -> tuple[Floats, Floats]:
    places, weights = np.polynomial.legendre.leggauss(count)
    return np.asarray(places), np.asarray(weights)


def normal_tail(values: Floats) -> Floats:
    """P(Z > value) of a standard normal for many values at once.

    Cubic Hermite interpolation of a table of `math.erfc`, whose slope is known too: the error is below
    1e-8 of the tail. Beyond nine standard deviations it is taken for nine.
    """
    tails, slopes = _table()
    place = (np.clip(values, -_FAR, _FAR) + _FAR) * _PER_UNIT
    left = np.minimum(place.astype(np.intp), len(tails) - 2)
    u = place - left
    v = 1 - u
    return np.asarray(v * v * ((1 + 2 * u) * tails[left] + u * slopes[left])
                      + u * u * ((1 + 2 * v) * tails[left + 1] - v * slopes[left + 1]))


@lru_cache(maxsize=1)
def _table() -> tuple[Floats, Floats]:
    """The tail at every 1 / _PER_UNIT, and its slope over one step."""
    places = np.arange(-_FAR * _PER_UNIT, _FAR * _PER_UNIT + 1) / _PER_UNIT
    tails = np.array([0.5 * math.erfc(place / math.sqrt(2.0)) for place in places])
    return tails, -np.exp(-0.5 * places**2) / math.sqrt(2 * math.pi) / _PER_UNIT
