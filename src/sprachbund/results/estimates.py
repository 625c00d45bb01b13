"""Bootstrap draws of every score, each made once, and the estimates that are arithmetic on them.

Examples are resampled within a language, and every system and seed meets the same resamples; so do
languages whose test sets are translations of one another. So an average, a gap or a difference of
draws, resample by resample and seed by seed (a seed is one model), is a draw of the average, gap or
difference, with the pairing kept; `sprachbund.statistics` then folds the seeds. Languages are fixed: an
interval of an average speaks of its language set and of no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sprachbund.core.canonical import digest
from sprachbund.metrics.metric import METRICS
from sprachbund.results.findings import Difference, Estimate
from sprachbund.results.language_sets import LanguageSet
from sprachbund.results.table import ScoreTable
from sprachbund.statistics.comparisons import holm, p_value
from sprachbund.statistics.intervals import LEVEL, percentile_interval
from sprachbund.statistics.repetitions import Floats
from sprachbund.statistics.resampling import observed_scores, resampled_scores

DRAWS = 4000
_DRAWS_A_TEST = 100  # else Holm over many languages could reject nothing: the least p is 2 / (draws + 1)
Seeds = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A score, or what is computed from scores: (S,) as observed and (S, R) as drawn, S seeds."""

    observed: Floats
    draws: Floats

    def __sub__(self, other: Drawn) -> Drawn:
        return Drawn(self.observed - other.observed, self.draws - other.draws)


class Estimator:
    """Scores of one split with their bootstrap draws.

    Args:
        table: the rows.
        split: which split.
        draws: bootstrap draws; raised to 100 for each target, so that Holm's correction over all of them
            can still find a difference.
        level: coverage of the intervals.
        seed: of the random numbers; findings of the same rows and seed are equal.

    Attributes:
        draws, level: as used.
    """

    def __init__(
        self, table: ScoreTable, split: str, *, draws: int = DRAWS, level: float = LEVEL, seed: int = 0
    ) -> None:
        self.draws = max(draws, _DRAWS_A_TEST * len(table.targets_of(split)))
        self.level = level
        self._table, self._split, self._seed = table, split, seed
        self._languages: dict[tuple[str, Seeds, str, str], Drawn] = {}
        self._averages: dict[tuple[str, Seeds, str, str, str], Drawn] = {}
        self._streams: dict[str, str] = {}

    def score(self, system: str, seeds: Seeds, target: str, metric: str) -> Estimate | None:
        """A system in one language; None where nothing in it could be scored."""
        drawn = self._language(system, seeds, target, metric)
        return None if np.isnan(drawn.observed).any() else _within_range(self._estimate(seeds, drawn))

    def average(self, system: str, seeds: Seeds, chosen: LanguageSet, metric: str) -> Estimate:
        """A system's mean over a language set, variants meaned into their base language first."""
        return _within_range(self._estimate(seeds, self._average(system, seeds, chosen, metric)))

    def gap(self, system: str, seeds: Seeds, source: str, chosen: LanguageSet, metric: str) -> Estimate:
        """The source language's score minus the mean over a language set."""
        drawn = self._language(system, seeds, source, metric) - self._average(system, seeds, chosen, metric)
        return self._estimate(seeds, drawn)

    def differences(
        self, baseline: str, system: str, seeds: Seeds, targets: Sequence[str], metric: str
    ) -> list[Difference]:
        """A system minus the baseline in each language, with Holm's correction over these languages."""
        return _corrected([
            self._difference(seeds, self._language(system, seeds, target, metric)
                             - self._language(baseline, seeds, target, metric))
            for target in targets
        ])

    def average_differences(
        self, baseline: str, systems: Mapping[str, Seeds], chosen: LanguageSet, metric: str
    ) -> list[Difference]:
        """Systems minus the baseline over a language set; Holm's correction over systems if there are several."""
        found = [
            self._difference(seeds, self._average(system, seeds, chosen, metric)
                             - self._average(baseline, seeds, chosen, metric))
            for system, seeds in systems.items()
        ]
        return _corrected(found) if len(found) > 1 else found

    def _language(self, system: str, seeds: Seeds, target: str, metric: str) -> Drawn:
        key = (system, seeds, target, metric)
        if key not in self._languages:
            self._draw(system, seeds, target, metric)
        return self._languages[key]

    def _draw(self, system: str, seeds: Seeds, target: str, metric: str) -> None:
        """Draw all systems that have these seeds at once: the resamples are the same for each."""
        table, split = self._table, self._split
        systems = [name for name in table.systems if name == system or table.has(name, seeds, target, metric, split)]
        counts = np.stack([table.counts(name, seeds, target, metric, split) for name in systems])
        value = METRICS.load(metric).value().value
        observed = observed_scores(counts, value)
        (draws,) = resampled_scores([counts], value, resamples=self.draws, seed=self._seed,
                                    names=[self._stream(target)])
        for place, name in enumerate(systems):
            self._languages[name, seeds, target, metric] = Drawn(observed[place], draws[place])

    def _stream(self, target: str) -> str:
        """A name for the identities of a target: translations of one test set meet the same resamples.

        So an item that is hard in every language weighs in every language at once. Where equal
        identities are mere positions nothing is lost: independent examples do not move together, however
        they are redrawn.
        """
        if target not in self._streams:
            self._streams[target] = digest(list(self._table.identities(target, self._split)))
        return self._streams[target]

    def _average(self, system: str, seeds: Seeds, chosen: LanguageSet, metric: str) -> Drawn:
        key = (system, seeds, chosen.kind, chosen.group, metric)
        if key not in self._averages:
            self._averages[key] = _mean([
                _mean([self._language(system, seeds, target, metric) for target in targets])
                for targets in chosen.members.values()
            ])
        return self._averages[key]

    def _estimate(self, seeds: Seeds, drawn: Drawn) -> Estimate:
        interval = percentile_interval(drawn.draws, level=self.level)
        return Estimate(float(drawn.observed.mean()), interval.low, interval.high, _deviation(drawn), seeds,
                        tuple(map(float, drawn.observed)))

    def _difference(self, seeds: Seeds, drawn: Drawn) -> Difference:
        interval = percentile_interval(drawn.draws, level=self.level)
        return Difference(float(drawn.observed.mean()), interval.low, interval.high, p_value(drawn.draws), None,
                          _deviation(drawn), seeds)


def _mean(parts: Sequence[Drawn]) -> Drawn:
    return Drawn(np.mean([part.observed for part in parts], axis=0), np.mean([part.draws for part in parts], axis=0))


def _within_range(estimate: Estimate) -> Estimate:
    """Cut an interval to what a score can be: few seeds have long tails, and coverage is not lost."""
    return replace(estimate, low=max(estimate.low, 0.0), high=min(estimate.high, 100.0))


def _deviation(drawn: Drawn) -> float | None:
    return float(drawn.observed.std(ddof=1)) if len(drawn.observed) > 1 else None


def _corrected(found: list[Difference]) -> list[Difference]:
    adjusted = holm([item.p for item in found])
    return [replace(item, p_holm=float(p)) for item, p in zip(found, adjusted, strict=True)]
