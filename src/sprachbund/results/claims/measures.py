"""Differences of two systems of one comparison, as figures and as what rules see.

The interval a verdict rests on takes families and languages as a sample, as the protocol of the claims asks
(families > languages > examples, crossed with seeds), so that a verdict speaks of languages like these; where
all languages are of one family it speaks of these languages alone. Both are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.languages.language import find_variant
from sprachbund.results.claims.evidence import Comparison
from sprachbund.results.claims.records import Figure, Part, Verdict
from sprachbund.results.claims.rules import Effect
from sprachbund.results.claims.statements import SMALLEST_EFFECT
from sprachbund.statistics.comparisons import holm
from sprachbund.statistics.means import MeanEstimate
from sprachbund.statistics.power import repetitions_for_half_width

LEAST_SEEDS = 3
"""With fewer seeds nothing is decided, whatever the interval: it knows too little of the luck of training."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A system minus another on the mean over the target languages.

    Args:
        system, against: the two.
        beyond: for languages like these where there are two families or more, else for these.
        here: for these languages.
        figures: both as figures, the one that decides first.
    """

    system: str
    against: str
    beyond: MeanEstimate
    here: MeanEstimate
    figures: tuple[Figure, ...]

    def effect(self, p: float | None = None) -> Effect:
        """What a rule sees; p where it was corrected for several tasks."""
        interval = self.beyond.interval
        return Effect(self.beyond.mean, interval.low, interval.high, self.beyond.p_value if p is None else p)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds that both have."""
        return self.figures[0].seeds

    def settle(self, *, beyond: bool = True) -> int | None:
        """Seeds with which the interval is expected to be no wider than the smallest effect of interest.

        An interval that narrow lies above zero or below that effect, save where it falls between the two.

        Args:
            beyond: for languages like these; False: for these languages alone.
        """
        return repetitions_for_half_width(self.beyond if beyond else self.here, SMALLEST_EFFECT / 2)


def measure(comparison: Comparison, system: str, against: str) -> Measured | None:
    """A system minus another by the claim's metric; None where they share no seed."""
    scores, metric = comparison.scores, comparison.metric
    here = scores.gain_estimate(system, against, metric=metric)
    if here is None:
        return None
    languages = scores.chosen.languages
    beyond = None
    if len({find_variant(code).language.family for code in languages}) > 1:
        beyond = scores.gain_estimate(system, against, scope="groups like these", metric=metric)
    seeds = scores.common(system, against)
    told = f"{system} minus {against}, {metric}"
    figures = [_figure(told, item, seeds, languages) for item in (beyond, here) if item is not None]
    return Measured(system, against, beyond or here, here, tuple(figures))


def _figure(told: str, estimate: MeanEstimate, seeds: tuple[int, ...], languages: tuple[str, ...]) -> Figure:
    interval = estimate.interval
    scope = "languages like these" if estimate.scope == "groups like these" else "these languages"
    return Figure(f"{told}, {scope}", estimate.mean, interval.low, interval.high, "points", seeds, languages,
                  interval.method)


def corrected(measured: Sequence[Measured]) -> list[float]:
    """p-values corrected by Holm over the tasks that one claim was measured on."""
    return [float(p) for p in holm([item.beyond.p_value for item in measured])]


def with_enough_seeds(verdict: Verdict, seeds: Sequence[int]) -> tuple[Verdict, str]:
    """The verdict, unless it rests on fewer seeds than a verdict may; and what is said of that."""
    if len(seeds) >= LEAST_SEEDS or verdict == "not tested here":
        return verdict, ""
    return "undecided at this size", f" Nothing is decided with fewer than {LEAST_SEEDS} seeds."


def settling(verdict: Verdict, measured: Measured) -> tuple[int | None, str]:
    """How many seeds would settle an undecided gain, and the sentence that says so."""
    if verdict != "undecided at this size":
        return None, ""
    if len(measured.seeds) < 2:
        return LEAST_SEEDS, f" {LEAST_SEEDS} seeds are the least; with one it is not known how much seeds differ."
    needed = measured.settle()
    if needed is None:
        here = measured.settle(beyond=False)
        told = " No number of seeds narrows the interval to the smallest effect of interest: the "
        if here is None:
            return None, f"{told}languages or examples are too few."
        here = max(here, LEAST_SEEDS)
        return here, f"{told}languages are too few; {here} seeds are expected to settle it for these languages alone."
    needed = max(needed, LEAST_SEEDS)
    if needed <= len(measured.seeds):
        return None, (" The interval is as narrow as the smallest effect of interest already; the gain lies too close "
                      "to a bound of the rule.")
    return needed, f" {needed} seeds are expected to settle it."


def seeds_wanted(parts: Sequence[Part]) -> int | None:
    """The most seeds that any undecided part needs; None where some part no number of seeds decides."""
    undecided = [part.settle for part in parts if part.verdict == "undecided at this size"]
    known = [count for count in undecided if count is not None]
    return max(known) if known and len(known) == len(undecided) else None


def probability(p: float) -> str:
    """A p-value for sentences: `p = 0.034`, `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def points(value: float) -> str:
    """A difference in points for sentences."""
    return f"{value:+.2f}".replace("-", "−")


def span(low: float, high: float) -> str:
    """An interval for sentences."""
    return f"{points(low)} to {points(high)}"
