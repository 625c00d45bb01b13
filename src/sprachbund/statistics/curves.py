"""Curves over an ordered choice, such as the gain of D_k over the layer k: their shape and where they peak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sprachbund.statistics.repetitions import Floats

Shape = Literal["flat", "linear", "quadratic"]
DRAWS = 10_000


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
    raise NotImplementedError


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
        values: (S, K), or (S, G, K) where groups (languages) are redrawn too.
        draws: R.
        seed: of the draws.

    Raises:
        ValueError: shapes that differ, fewer than three places, NaN.
    """
    raise NotImplementedError


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
    raise NotImplementedError
