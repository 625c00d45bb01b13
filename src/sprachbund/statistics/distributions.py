"""Student's t with any degrees of freedom, from the standard library's gamma function alone."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
_AS_GOOD_AS_NORMAL = 1e8  # beyond, t and normal differ by less than 1e-8
_TINY = 1e-300


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22, Lentz).

    Raises:
        ValueError: a or b not above zero, or x outside [0, 1].
    """
    if not (a > 0 and b > 0 and 0 <= x <= 1):
        raise ValueError(f"expected a > 0, b > 0 and 0 <= x <= 1, got {a}, {b} and {x}")
    if x in (0.0, 1.0):
        return float(x)
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    numerator, denominator = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    fraction = denominator
    for step in range(1, 10_000):
        for part in (step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step)),
                     -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))):
            denominator = 1.0 / _away(1.0 + part * denominator)
            numerator = _away(1.0 + part / numerator)
            fraction *= numerator * denominator
        if abs(numerator * denominator - 1.0) < 1e-15:
            break
    return front * fraction


def t_tail(t: float, degrees: float) -> float:
    """P(|T| > |t|): the two-sided p-value of a t statistic (Abramowitz and Stegun 1964, 26.7.1).

    Raises:
        ValueError: degrees of freedom not above zero.
    """
    _check_degrees(degrees)
    if math.isnan(t):
        return math.nan
    if degrees > _AS_GOOD_AS_NORMAL:
        return math.erfc(abs(t) / math.sqrt(2.0))
    if math.isinf(t):
        return 0.0
    if abs(t) < 1:  # where 1 - x would lose digits
        return 1.0 - incomplete_beta(0.5, degrees / 2, t * t / (degrees + t * t))
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


@lru_cache(maxsize=4096)
def t_quantile(probability: float, degrees: float) -> float:
    """The quantile of Student's t distribution, by bisection in the angle atan(t / sqrt(degrees)).

    Halving the angle loses no digits, however long the tail.

    Args:
        probability: of a smaller value.
        degrees: of freedom, whole or not; infinite: the normal distribution.

    Raises:
        ValueError: a probability outside (0, 1) or degrees of freedom not above zero.
    """
    if not 0 < probability < 1:
        raise ValueError(f"expected 0 < probability < 1, got {probability}")
    _check_degrees(degrees)
    if degrees > _AS_GOOD_AS_NORMAL:
        return _NORMAL.inv_cdf(probability)
    if probability == 0.5:
        return 0.0
    beyond = 2 * min(probability, 1 - probability)
    low, high = 0.0, math.pi / 2
    for _ in range(64):
        middle = (low + high) / 2
        if incomplete_beta(degrees / 2, 0.5, math.cos(middle) ** 2) > beyond:
            low = middle
        else:
            high = middle
    return math.copysign(math.tan((low + high) / 2) * math.sqrt(degrees), probability - 0.5)


def _away(value: float) -> float:
    """Keep a denominator from zero."""
    return value if abs(value) > _TINY else _TINY


def _check_degrees(degrees: float) -> None:
    if not degrees > 0:
        raise ValueError(f"degrees of freedom lie above 0, got {degrees}")
