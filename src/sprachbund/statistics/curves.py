"""Curves over an ordered choice, such as the gain of D_k over the layer k: their shape and where they peak."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.association import correlated, ranked
from sprachbund.statistics.repetitions import Floats

Shape = Literal["flat", "linear", "quadratic"]
DRAWS = 10_000
_COLUMNS: Mapping[Shape, int] = {"flat": 1, "linear": 2, "quadratic": 3}
_AT_ONCE = 1_000  # draws; bounds the memory whatever their number


@dataclass(frozen=True, slots=True)
class CurveFits:
    """Flat, linear and quadratic fits of one curve.

    Args:
        coefficients: shape -> least squares coefficients of 1, k, k², of the mean over repetitions.
        errors: shape -> leave-one-repetition-out mean squared error: fitted on the others' mean curve,
            judged on the curve left out, each moved to mean zero over k (the height of a seed's curve is
            its luck and no part of the shape). NaN with one repetition.
        best: the shape with the least error, the simpler one where equal; "flat" with one repetition.
        vertex: k at which the quadratic fit has its maximum; None where it opens upwards.
    """

    coefficients: Mapping[Shape, tuple[float, ...]]
    errors: Mapping[Shape, float]
    best: Shape
    vertex: float | None


def fit_curves(places: Sequence[float] | Floats, values: Floats) -> CurveFits:
    """Fit the three shapes (C3).

    Args:
        places: (K,) such as layers 1..11.
        values: (S, K), or (K,).

    Raises:
        ValueError: fewer than four different places, shapes that differ, NaN.
    """
    x, y = _curve(places, values if np.ndim(values) == 2 else np.asarray(values)[None], least=4)
    design = np.stack([np.ones_like(x), x, x**2], axis=1)
    mean = y.mean(axis=0)
    coefficients: dict[Shape, tuple[float, ...]] = {
        shape: tuple(np.linalg.lstsq(design[:, :columns], mean, rcond=None)[0].tolist())
        for shape, columns in _COLUMNS.items()
    }
    errors = {shape: _left_out(design[:, :columns], y) for shape, columns in _COLUMNS.items()}
    best = min(_COLUMNS, key=lambda shape: errors[shape]) if len(y) > 1 else "flat"
    _, slope, bend = coefficients["quadratic"]
    return CurveFits(coefficients, errors, best, -slope / (2 * bend) if bend < 0 else None)


def _left_out(design: Floats, curves: Floats) -> float:
    """Mean squared error of each centred curve under the fit to the others' mean."""
    if len(curves) < 2:
        return math.nan
    level = curves - curves.mean(axis=1, keepdims=True)
    others = (level.sum(axis=0) - level) / (len(level) - 1)
    fitted = others @ design @ np.linalg.pinv(design)
    return float(((level - fitted) ** 2).mean())


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where a curve peaks, and how sure that is.

    Args:
        place: of the maximum of the mean curve.
        places: (K,) as given.
        shares: (K,) share of bootstrap draws in which each place is best; ties are split.
        interior: share of draws whose best place is neither the first nor the last.
    """

    place: float
    places: tuple[float, ...]
    shares: tuple[float, ...]
    interior: float


def optimum(places: Sequence[float] | Floats, values: Floats, *, draws: int = DRAWS, seed: int = 0) -> Optimum:
    """The best place and its bootstrap distribution, repetitions and groups redrawn (C3).

    Args:
        places: (K,), ascending.
        values: (S, K), one curve a repetition, or (S, G, K) where groups (languages) are redrawn too.
        draws: R.
        seed: of the draws.

    Raises:
        ValueError: shapes that differ, fewer than three places, NaN.
    """
    x, curves = _curve(places, values, least=3)
    curves = curves[:, None] if curves.ndim == 2 else curves
    repetitions, groups, count = curves.shape
    rng = np.random.default_rng(derive_seed(seed, "curves"))
    shares = np.zeros(count)
    for start in range(0, draws, _AT_ONCE):
        number = min(_AT_ONCE, draws - start)
        by_repetition = rng.multinomial(repetitions, np.full(repetitions, 1 / repetitions), size=number)
        by_group = rng.multinomial(groups, np.full(groups, 1 / groups), size=number)
        drawn = np.einsum("rs,sgk,rg->rk", by_repetition / repetitions, curves, by_group / groups, optimize=True)
        best = drawn >= drawn.max(axis=1, keepdims=True) - 1e-12 * np.abs(drawn).max()
        shares += (best / best.sum(axis=1, keepdims=True)).sum(axis=0)
    shares /= draws
    peak = int(curves.mean(axis=(0, 1)).argmax())
    return Optimum(float(x[peak]), tuple(x.tolist()), tuple(shares.tolist()), float(shares[1:-1].sum()))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether several curves peak at the same place.

    Args:
        all_equal: bootstrap probability that all T peaks coincide.
        correlations: (T, T) Spearman correlations of the mean curves.
    """

    all_equal: float
    correlations: Floats


def peak_agreement(optima: Sequence[Optimum], curves: Sequence[Floats]) -> Agreement:
    """Agreement of the best places of several tasks, whose models and examples are independent (C7).

    Args:
        optima: one a task, over the same places.
        curves: for each task its mean curve (K,).

    Raises:
        ValueError: fewer than two tasks, or other places.
    """
    if len(optima) < 2 or len(optima) != len(curves):
        raise ValueError(f"agreement is asked of two tasks or more with a curve each, got {len(optima)} and "
                         f"{len(curves)}")
    if len({optimum.places for optimum in optima}) > 1:
        raise ValueError(f"the tasks have curves over different places: {[optimum.places for optimum in optima]}")
    together = np.prod([optimum.shares for optimum in optima], axis=0).sum()
    ranks = np.stack([ranked(np.asarray(curve, dtype=np.float64)) for curve in curves])
    return Agreement(float(together), correlated(ranks[:, None], ranks[None]))


def _curve(places: Sequence[float] | Floats, values: Floats, least: int) -> tuple[Floats, Floats]:
    x, y = np.asarray(places, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or y.ndim not in (2, 3) or y.shape[-1] != len(x):
        raise ValueError(f"{len(x)} places need curves (..., {len(x)}), got the shape {y.shape}")
    if len(x) < least or (np.diff(x) <= 0).any():
        raise ValueError(f"a curve needs {least} ascending places or more, got {x.tolist()}")
    if np.isnan(y).any():
        raise ValueError("a curve has a missing value; leave out places that were not run with every repetition")
    return x, y
