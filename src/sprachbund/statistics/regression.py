"""Least squares over few units (languages): coefficients with intervals, leave-one-out error, residual outliers,
forward selection by leave-one-out error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.distributions import t_quantile
from sprachbund.statistics.intervals import LEVEL, Interval, check_level, percentile_interval
from sprachbund.statistics.repetitions import Floats

DRAWS = 4000
_LEAST_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class Regression:
    """A linear regression with an intercept.

    Args:
        intercept, slopes: coefficients in the units of response and predictors.
        errors: standard errors of the slopes.
        intervals: of the slopes, by Student's t.
        drawn: of the slopes, by redrawing units (pairs bootstrap); NaN bounds where fewer than half of the redraws
            can be fitted.
        r_squared: share of the response's variance that is explained; 0 where the response does not vary.
        deviation: residual standard deviation, with N - p - 1 degrees of freedom.
        degrees: N - p - 1.
        fitted, residuals: (N,).
        left_out: (N,) prediction of each unit by a fit to all others.
        outlying: (N,) externally studentised residuals: residual over its standard error, both without the unit.
        error: root mean square of what is left after predicting each unit by a fit to the others.
        mean_error: the same where the others' mean is the prediction.
    """

    intercept: float
    slopes: tuple[float, ...]
    errors: tuple[float, ...]
    intervals: tuple[Interval, ...]
    drawn: tuple[Interval, ...]
    r_squared: float
    deviation: float
    degrees: int
    fitted: Floats
    residuals: Floats
    left_out: Floats
    outlying: Floats
    error: float
    mean_error: float

    @property
    def predicted_share(self) -> float:
        """1 - error² / mean_error²: how much better a unit is predicted than by the others' mean; may be negative."""
        return 1 - (self.error / self.mean_error) ** 2 if self.mean_error > 0 else 0.0


def regress(
    response: Sequence[float] | Floats, predictors: Floats, *, level: float = LEVEL, draws: int = DRAWS, seed: int = 0
) -> Regression:
    """Regress a response on predictors by ordinary least squares.

    Leave-one-out predictions and studentised residuals are exact, by the hat matrix (Cook and Weisberg 1982,
    section 2.2): nothing is fitted anew.

    Args:
        response: (N,).
        predictors: (N, p), p at least 1; an intercept is added.
        level, draws, seed: of the intervals.

    Raises:
        ValueError: shapes that do not fit, a missing value, fewer than p + 3 units, or predictors that determine
            one another (or do not vary).
    """
    check_level(level)
    y, x = np.asarray(response, dtype=np.float64), np.asarray(predictors, dtype=np.float64)
    _check(y, x)
    n, p = x.shape
    centre, spread = x.mean(axis=0), x.std(axis=0)
    design = _design(x)
    inverse = np.linalg.inv(design.T @ design)
    scaled = inverse @ (design.T @ y)
    slopes = scaled[1:] / spread
    fitted = design @ scaled
    residuals = y - fitted
    leverage = np.clip(np.einsum("ij,jk,ik->i", design, inverse, design), 0.0, 1.0)
    degrees = n - p - 1
    squares = float(residuals @ residuals)
    variance = squares / degrees
    errors = np.sqrt(variance * np.diag(inverse)[1:]) / spread
    half = t_quantile((1 + level) / 2, degrees) * errors
    missed = _divided(residuals, 1 - leverage)
    total = float(((y - y.mean()) ** 2).sum())
    return Regression(
        intercept=float(scaled[0] - slopes @ centre), slopes=_floats(slopes), errors=_floats(errors),
        intervals=tuple(Interval(float(b - h), float(b + h), level, f"Student's t, {degrees} degrees of freedom")
                        for b, h in zip(slopes, half, strict=True)),
        drawn=_drawn(y, x, level, draws, seed), r_squared=1 - squares / total if total > 0 else 0.0,
        deviation=math.sqrt(variance), degrees=degrees, fitted=fitted, residuals=residuals, left_out=y - missed,
        outlying=_studentised(residuals, leverage, squares, degrees), error=math.sqrt(float(np.mean(missed**2))),
        mean_error=math.sqrt(float(np.mean(((y - y.mean()) * n / (n - 1)) ** 2))),
    )


def leave_one_out_error(response: Floats, predictors: Floats) -> float:
    """Root mean square of each unit's response minus its prediction by a fit to the others.

    Args:
        response: (N,).
        predictors: (N, p); p = 0 predicts by the others' mean.

    Returns:
        The error; infinity where the predictors determine one another or a unit alone fixes a coefficient.
    """
    y = np.asarray(response, dtype=np.float64)
    if not _independent(predictors):
        return math.inf
    design = _design(predictors)
    hat = design @ np.linalg.solve(design.T @ design, design.T)
    free = 1 - np.diag(hat)
    if (free < _LEAST_SHARE).any():
        return math.inf
    return math.sqrt(float(np.mean(((y - hat @ y) / free) ** 2)))


@dataclass(frozen=True, slots=True)
class Selection:
    """Predictors chosen one by one.

    Args:
        chosen: places of the predictors, in the order in which they came in.
        path: leave-one-out error with none, with one, with two, ... of them; it falls.
        error: error where the whole selection is done anew without each unit before it is predicted: what choosing
            costs is in it.
    """

    chosen: tuple[int, ...]
    path: tuple[float, ...]
    error: float


def select_forward(
    response: Sequence[float] | Floats, predictors: Floats, *, most: int | None = None, least_gain: float = 0.02
) -> Selection:
    """Choose predictors greedily: each time the one that lowers the leave-one-out error most, while it falls.

    In the manner of Lauscher et al. (2020, section 4), who choose greedily too.

    Args:
        response: (N,).
        predictors: (N, p).
        most: at most so many; None: one for ten units, and at least one.
        least_gain: share by which a predictor has to lower the error to come in.

    Raises:
        ValueError: shapes that do not fit, a missing value, fewer than four units.
    """
    y, x = np.asarray(response, dtype=np.float64), np.asarray(predictors, dtype=np.float64)
    if y.ndim != 1 or x.ndim != 2 or len(x) != len(y) or len(y) < 4:
        raise ValueError(f"expected a response (N,) and predictors (N, p) of four units or more, got {y.shape}, "
                         f"{x.shape}")
    _refuse_missing(y, x)
    room = max(1, len(y) // 10) if most is None else most
    chosen, path = _forward(y, x, room, least_gain)
    missed = []
    for unit in range(len(y)):
        rest = np.arange(len(y)) != unit
        inside, _ = _forward(y[rest], x[rest], room, least_gain)
        design = _design(x[rest][:, inside], x[:, inside])
        fit = np.linalg.lstsq(design[rest], y[rest], rcond=None)[0]
        missed.append(float(y[unit] - design[unit] @ fit))
    return Selection(tuple(chosen), tuple(path), math.sqrt(float(np.mean(np.square(missed)))))


def _forward(y: Floats, x: Floats, most: int, least_gain: float) -> tuple[list[int], list[float]]:
    chosen: list[int] = []
    path = [leave_one_out_error(y, x[:, []])]
    while len(chosen) < min(most, x.shape[1], len(y) - 3):
        errors = {place: leave_one_out_error(y, x[:, [*chosen, place]])
                  for place in range(x.shape[1]) if place not in chosen}
        best = min(errors, key=lambda place: (errors[place], place))
        if not errors[best] < (1 - least_gain) * path[-1]:
            break
        chosen.append(best)
        path.append(errors[best])
    return chosen, path


def _drawn(y: Floats, x: Floats, level: float, draws: int, seed: int) -> tuple[Interval, ...]:
    """Pairs bootstrap (Efron and Tibshirani 1993, section 9.5): units are redrawn with all they have."""
    n, p = x.shape
    spread = x.std(axis=0)
    table = np.column_stack([_design(x), y])
    products = table[:, :, None] * table[:, None, :]
    rng = np.random.default_rng(derive_seed(seed, "units"))
    weights = rng.multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)
    sums = np.tensordot(weights, products, axes=1)
    whole, right = sums[:, : p + 1, : p + 1], sums[:, : p + 1, -1]
    fits = np.linalg.eigvalsh(whole)[:, 0] > 1e-6 * n  # a redraw of too few different units fixes nothing
    told = f"pairs bootstrap over units, {draws} resamples"
    if fits.sum() < draws / 2:
        return tuple(Interval(math.nan, math.nan, level, told) for _ in range(p))
    slopes = np.linalg.solve(whole[fits], right[fits][:, :, None])[:, 1:, 0] / spread
    return tuple(percentile_interval(slopes[:, place], level=level, method=told) for place in range(p))


def _studentised(residuals: Floats, leverage: Floats, squares: float, degrees: int) -> Floats:
    free = 1 - leverage
    others = np.maximum(squares - _divided(residuals**2, free), 0.0) / (degrees - 1)
    scale = np.sqrt(others * free)
    known = scale > 1e-12 * max(1.0, float(np.abs(residuals).max()))
    return np.asarray(np.where(known, residuals / np.where(known, scale, 1.0), 0.0))


def _divided(values: Floats, shares: Floats) -> Floats:
    """A unit that fixes a coefficient alone is met by the fit exactly, and says nothing of its own prediction."""
    return np.asarray(np.where(shares > _LEAST_SHARE, values / np.where(shares > _LEAST_SHARE, shares, 1.0), 0.0))


def _design(x: Floats, whole: Floats | None = None) -> Floats:
    """An intercept and the standardised predictors, of `whole` where it is given, by the moments of `x`."""
    given = x if whole is None else whole
    spread = x.std(axis=0)
    safe = np.where(spread > 0, spread, 1.0)
    return np.column_stack([np.ones(len(given)), (given - x.mean(axis=0)) / safe])


def _independent(x: Floats) -> bool:
    if not x.shape[1]:
        return True
    if (x.std(axis=0) <= 1e-12 * np.maximum(1.0, np.abs(x).max(axis=0))).any():
        return False
    values = np.linalg.svd(_design(x), compute_uv=False)
    return bool(values[-1] > 1e-6 * values[0])


def _check(y: Floats, x: Floats) -> None:
    if y.ndim != 1 or x.ndim != 2 or len(x) != len(y) or not x.shape[1]:
        raise ValueError(f"expected a response (N,) and predictors (N, p), got {y.shape} and {x.shape}")
    _refuse_missing(y, x)
    if len(y) < x.shape[1] + 3:
        needed = x.shape[1] + 3
        raise ValueError(f"{len(y)} units are too few for {x.shape[1]} predictors; at least {needed} are needed")
    if not _independent(x):
        raise ValueError("the predictors determine one another, or one of them does not vary")


def _refuse_missing(y: Floats, x: Floats) -> None:
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError("there is a missing value; leave out the units that lack one")


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(map(float, values))
