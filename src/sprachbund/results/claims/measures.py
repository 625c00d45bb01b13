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
from sprachbund.statistics.comparisons import holm
from sprachbund.statistics.intervals import LEVEL
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

    def settle(self, half_width: float, tasks: int, *, beyond: bool = True) -> int | None:
        """Seeds with which the interval around this mean is expected to be so narrow; None where no number does.

        Args:
            half_width: that decides.
            tasks: among which p is corrected; the interval is asked for at the level that leaves its share to each.
            beyond: for languages like these; False: for these languages alone.
        """
        if half_width <= 0:
            return None
        level = 1 - (1 - LEVEL) / max(tasks, 1)
        needed = repetitions_for_half_width(self.beyond if beyond else self.here, half_width, level=level)
        return None if needed is None else max(needed, LEAST_SEEDS)


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


def settling(verdict: Verdict, measured: Measured, half_width: float, tasks: int = 1) -> tuple[int | None, str]:
    """How many seeds would settle an undecided gain if it stays what it is here, and the sentence that says so."""
    if verdict != "undecided at this size":
        return None, ""
    if len(measured.seeds) < 2:
        return LEAST_SEEDS, f" {LEAST_SEEDS} seeds are the least; with one it is not known how much seeds differ."
    needed = measured.settle(half_width, tasks)
    if needed is not None and needed > len(measured.seeds):
        return needed, f" {needed} seeds are expected to settle it if the gain stays what it is."
    if needed is not None:
        return None, " It lies so near a bound of the rule that more seeds may not settle it."
    here = measured.settle(half_width, tasks, beyond=False)
    told = " No number of seeds is expected to settle it for languages like these: the languages are too few"
    if here is None or here <= len(measured.seeds):
        return None, f"{told}, or the gain lies too near a bound of the rule."
    return here, f"{told}; {here} seeds are expected to settle it for these languages alone."


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
