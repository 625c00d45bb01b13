"""The rules that turn intervals into verdicts, and verdicts of parts into that of a claim: numbers in, words out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.results.claims.records import Verdict
from sprachbund.results.claims.statements import MOST_TASKS, SMALLEST_EFFECT

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Effect:
    """A mean difference as a rule sees it.

    Args:
        mean, low, high: with its interval, in points.
        p: two-sided, corrected for the tasks it was measured on where there are several.
    """

    mean: float
    low: float
    high: float
    p: float = 0.0

    @property
    def above_zero(self) -> bool:
        """Interval above zero, and the corrected p-value bears it."""
        return self.low > 0 and self.p <= SIGNIFICANT


def common_rule(gain: Effect, over_control: Effect | None) -> Verdict:
    """The rule of every gain that has none of its own.

    In this order. Not supported: the whole interval lies below the smallest effect of interest, 0.5 points, so that
    an effect, if there is one, is too small to matter. Above zero: supported if the mean is at least 0.5 and the
    system is better than the control with as many parameters that sees the last layer alone, in a paired comparison;
    a parameter effect if it is not better than that control. Else undecided. A gain that only the control can
    decide is "not tested here" where the control was not run.

    >>> common_rule(Effect(1.2, 0.7, 1.7), Effect(0.8, 0.3, 1.3))
    'supported'
    >>> common_rule(Effect(1.2, 0.7, 1.7), Effect(0.1, -0.4, 0.6))
    'parameter effect'
    >>> common_rule(Effect(0.1, -0.2, 0.4), None), common_rule(Effect(0.4, -0.2, 1.0), None)
    ('not supported', 'undecided at this size')
    >>> common_rule(Effect(1.2, 0.7, 1.7), None)
    'not tested here'
    """
    if gain.high < SMALLEST_EFFECT:
        return "not supported"
    if not gain.above_zero:
        return "undecided at this size"
    if over_control is None:
        return "not tested here"
    if not over_control.above_zero:
        return "parameter effect"
    return "supported" if gain.mean >= SMALLEST_EFFECT else "undecided at this size"


def reported_rule(gain: Effect, over_control: Effect | None, reported: float) -> Verdict:
    """The rule of a gain that a paper reports with a number (C5).

    Above zero and the whole interval below the number: smaller than reported. With the number in the interval the
    common rule decides. An interval above the number bears the claim all the more, and the common rule decides too.

    >>> reported_rule(Effect(0.8, 0.4, 1.2), None, 1.5)
    'smaller than reported'
    >>> reported_rule(Effect(1.2, 0.7, 1.7), Effect(0.8, 0.3, 1.3), 1.5)
    'supported'
    """
    if gain.above_zero and gain.high < reported:
        return "smaller than reported"
    return common_rule(gain, over_control)


def range_rule(gain: Effect, least: float, most: float) -> Verdict:
    """Whether a gain lies in a range (C6): supported if the mean does and the interval is above zero.

    Not supported if the whole interval lies outside of the range; else undecided.

    >>> range_rule(Effect(1.4, 0.6, 2.2), 1.0, 3.0), range_rule(Effect(0.4, 0.1, 0.7), 1.0, 3.0)
    ('supported', 'not supported')
    >>> range_rule(Effect(0.9, 0.2, 1.6), 1.0, 3.0)
    'undecided at this size'
    """
    if gain.high < least or gain.low > most:
        return "not supported"
    return "supported" if least <= gain.mean <= most and gain.above_zero else "undecided at this size"


def deciding_half_width(mean: float) -> float:
    """How narrow an interval around a mean must be for `common_rule` to decide: above zero, or below 0.5.

    >>> deciding_half_width(1.2), deciding_half_width(0.1), deciding_half_width(-0.3)
    (1.2, 0.4, 0.8)
    """
    return mean if mean >= SMALLEST_EFFECT else SMALLEST_EFFECT - mean


def range_half_width(mean: float, least: float, most: float) -> float:
    """The same for `range_rule`.

    >>> range_half_width(1.5, 1.0, 3.0), range_half_width(0.75, 1.0, 3.0), range_half_width(3.5, 1.0, 3.0)
    (1.5, 0.25, 0.5)
    """
    if least <= mean <= most:
        return mean
    return least - mean if mean < least else mean - most


def of_most(verdicts: Sequence[Verdict], planned: int, least: int = MOST_TASKS) -> Verdict:
    """The verdict on a claim that must hold on most tasks.

    Supported: on at least `least`. Where too few can still come to hold, the claim fails: as a parameter effect if
    the parts that hold or are parameter effects would be enough, else it is not supported. Else it hangs on what
    was not measured (not tested here) if the undecided parts would not do, and on noise (undecided) if they would.

    Args:
        verdicts: of the parts that were measured.
        planned: how many parts the claim asks for.
        least: how many must hold.

    >>> of_most(["supported"] * 3, 4), of_most(["supported", "not supported"], 4)
    ('supported', 'not tested here')
    >>> of_most(["supported", "not supported", "not supported"], 4)
    'not supported'
    >>> of_most(["parameter effect", "parameter effect", "supported"], 4)
    'parameter effect'
    >>> of_most(["supported", "supported", "undecided at this size"], 4)
    'undecided at this size'
    """
    count = {name: sum(item == name for item in verdicts) for name in verdicts}
    holds, open_ = count.get("supported", 0), count.get("undecided at this size", 0)
    untested = max(planned - len(verdicts), 0) + count.get("not tested here", 0)
    if holds >= least:
        return "supported"
    if holds + open_ + untested < least:
        enough = holds + open_ + untested + count.get("parameter effect", 0) >= least
        return "parameter effect" if enough else "not supported"
    return "undecided at this size" if holds + open_ >= least else "not tested here"


def of_all(verdicts: Sequence[Verdict], planned: int) -> Verdict:
    """The verdict on a claim that must hold in every part: the part that bears it least decides.

    A part that fails is enough for the whole to fail, whatever was not measured.

    >>> of_all(["supported", "smaller than reported"], 2), of_all(["supported"], 2)
    ('smaller than reported', 'not tested here')
    >>> of_all(["supported", "undecided at this size"], 2), of_all([], 2)
    ('undecided at this size', 'not tested here')
    """
    found = [*verdicts, *(["not tested here"] if len(verdicts) < planned else [])]
    order: tuple[Verdict, ...] = ("not supported", "parameter effect", "smaller than reported", "middle",
                                  "not tested here", "undecided at this size", "supported")
    return next((verdict for verdict in order if verdict in found), "not tested here")
