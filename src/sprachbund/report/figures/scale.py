"""From values to positions: a linear scale with round ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from [low, high] to [left, right]; `ticks` are round values inside it."""

    low: float
    high: float
    left: float
    right: float
    ticks: tuple[float, ...]

    def __call__(self, value: float) -> float:
        """The position of a value; values outside the scale are held at its ends."""
        inside = min(max(value, self.low), self.high)
        return self.left + (inside - self.low) / (self.high - self.low) * (self.right - self.left)

    def label(self, tick: float) -> str:
        """A tick as text, with as many decimals as the step needs and a true minus sign."""
        step = self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else 1.0
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        return f"{tick:.{decimals}f}".replace("-", "−")


def linear_scale(
    values: Iterable[float], left: float, right: float, *, ticks: int = 6, floor: float = -math.inf,
    ceiling: float = math.inf, include: Iterable[float] = (),
) -> Scale:
    """A scale that holds all finite values, widened to round ticks.

    Args:
        values: what is drawn; NaN and infinities are left out.
        left, right: positions of the ends.
        ticks: about how many ticks.
        floor, ceiling: bounds that the scale does not pass (0 and 100 for scores).
        include: values that the scale holds in any case (0 for differences).
    """
    finite = [value for value in (*values, *include) if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    step = round_step((high - low) / max(ticks, 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    bottom, top = max(first * step, floor), min(last * step, ceiling)
    marks = [number * step for number in range(first, last + 1)]
    return Scale(bottom, top, left, right, tuple(mark for mark in marks if bottom - 1e-9 <= mark <= top + 1e-9))


def round_step(rough: float) -> float:
    """The next of 1, 2, 5, 10 times a power of ten that is at least `rough`.

    >>> round_step(3.2), round_step(0.21), round_step(10)
    (5.0, 0.5, 10.0)
    """
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
