"""How numbers are written, the same in every format: points with one decimal, true minus signs, dashes for ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol


class Bounded(Protocol):
    """Anything with an interval."""

    @property
    def low(self) -> float:
        """The lower bound."""
        ...

    @property
    def high(self) -> float:
        """The upper bound."""
        ...


def score(value: float) -> str:
    """A score in points.

    >>> score(81.249), score(float("nan"))
    ('81.2', 'none')
    """
    return f"{_rounded(value):.1f}".replace("-", "−") if math.isfinite(value) else "none"


def signed(value: float) -> str:
    """A difference in points, with its sign; what rounds to zero has none.

    >>> signed(1.04), signed(-0.44), signed(-0.02)
    ('+1.0', '−0.4', '0.0')
    """
    rounded = _rounded(value)
    return score(rounded) if rounded <= 0 or not math.isfinite(rounded) else f"+{rounded:.1f}"


def span(estimate: Bounded) -> str:
    """The interval of a score: `79.9–82.5`."""
    return f"{score(estimate.low)}–{score(estimate.high)}"


def signed_span(difference: Bounded) -> str:
    """The interval of a difference: `−0.4 to +1.2`."""
    return f"{bound(difference.low)} to {bound(difference.high)}"


def bound(value: float) -> str:
    """A bound of a difference; what rounds to zero keeps its sign, which says whether zero is inside.

    >>> bound(-0.02), bound(0.02), bound(1.25), bound(0.0)
    ('−0.0', '+0.0', '+1.2', '0.0')
    """
    if value == 0 or not math.isfinite(value) or _rounded(value):
        return signed(value)
    return "−0.0" if value < 0 else "+0.0"


def half_width(low: float, high: float) -> str:
    """Half the width of an interval, for tables where there is no room for both ends: `±1.3`."""
    return f"±{(high - low) / 2:.1f}"


def deviation(sd: float | None) -> str:
    """A standard deviation over seeds; where there is one seed there is none, and that is said."""
    return "one seed" if sd is None else f"{sd:.2f}"


def percent(value: float) -> str:
    """A share in whole per cent; what rounds to zero has no sign.

    >>> percent(0.434), percent(-0.021), percent(-0.001)
    ('43 %', '−2 %', '0 %')
    """
    return f"{round(100 * value) + 0} %".replace("-", "−")


def correlation(value: float) -> str:
    """A correlation, or another number of two decimals with its sign.

    >>> correlation(-0.654), correlation(0.5)
    ('−0.65', '+0.50')
    """
    return f"{value:+.2f}".replace("-", "−")


def probability(p: float) -> str:
    """A p-value.

    >>> probability(0.0004), probability(0.034), probability(1.0)
    ('<0.001', '0.034', '1.000')
    """
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "seed"), plural(1200, "word"), plural(2, "family", "families")
    ('1 seed', '1,200 words', '2 families')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def seeds_text(seeds: Sequence[int]) -> str:
    """Seeds by number: `seed 1`, `seeds 1, 2, 3`."""
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"


def share(part: int, whole: int) -> str:
    """A part of a whole in per cent; a part that is there is never written as zero.

    >>> share(1, 100_000), share(5, 200), share(0, 10)
    ('<0.01 %', '2.50 %', '0 %')
    """
    if not part or not whole:
        return "0 %"
    percent = 100 * part / whole
    return "<0.01 %" if percent < 0.01 else f"{percent:.2f} %"


def duration(seconds: float) -> str:
    """A duration for people.

    >>> duration(4.24), duration(75), duration(3720)
    ('4.2 s', '1 min 15 s', '1 h 2 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _rounded(value: float) -> float:
    return round(value, 1) + 0.0 if math.isfinite(value) else value
