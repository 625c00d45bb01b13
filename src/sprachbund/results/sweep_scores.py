"""Scores of one part of a sweep as arrays, and the gains that are arithmetic on them.

The statistics are those of `statistics.means`: examples by the jackknife, seeds by their variance,
Satterthwaite's degrees of freedom. Variants are meaned into their base language first, and the source
language is in no average.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from sprachbund.core.errors import DataError
from sprachbund.languages.language import find_variant
from sprachbund.metrics.metric import METRICS
from sprachbund.results.description import describe_targets
from sprachbund.results.findings import Difference, Estimate, LanguageScore, LeftOut
from sprachbund.results.language_sets import LanguageSet, language_sets
from sprachbund.results.sweep_findings import Bounds, Gain, LanguageGain, MixedCheck
from sprachbund.results.sweep_rows import TEST, PartRows
from sprachbund.results.table import Cell, ScoreTable
from sprachbund.statistics.comparisons import holm
from sprachbund.statistics.crossed import Scores, SystemScores, score_systems
from sprachbund.statistics.means import MeanEstimate, Scope, mean_estimate
from sprachbund.statistics.mixed_models import fit_difference
from sprachbund.statistics.power import minimal_detectable_effect
from sprachbund.statistics.repetitions import Floats

Seeds = tuple[int, ...]


class PartScores:
    """Everything that is computed from the test rows of one part.

    Args:
        part: the rows.
        unaveraged: targets that are shown, but enter no average.
        level: coverage of intervals.

    Attributes:
        targets: every scored language and variant.
        left_out: those that are not complete: some system lacks a row of one of its seeds, or nothing counts.
        chosen: the language set of averages.
        source: code of the source language among the targets, or None where it was not scored completely.

    Raises:
        DataError: no target language is complete.
        LanguageError: a target that the language table does not know.
    """

    def __init__(self, part: PartRows, *, unaveraged: Collection[str], level: float) -> None:
        self.part, self.level, self.table = part, level, part.test
        self.seeds = {facts.name: part.test.seeds_of(facts.name, TEST) for facts in part.systems}
        self.targets = describe_targets(part.test, TEST, unaveraged)
        self.left_out = tuple(self._left_out())
        out = {item.target for item in self.left_out}
        self.complete = [target for target in self.targets if target.code not in out]
        sets = [item for item in language_sets(self.complete) if item.kind == "targets"]
        if not sets:
            told = "; ".join(f"{item.target}: {item.why}" for item in self.left_out) or "only the source was scored"
            raise DataError(f"no target language of {part.data_set} has a row of every system and seed ({told})",
                            remedy="finish the cells of at least one language, or leave the unfinished system out")
        self.chosen: LanguageSet = sets[0]
        self.source = next((target.code for target in self.complete if target.is_source), None)
        self._gains: dict[tuple[str, str, str | None], Gain | None] = {}
        self._scored: dict[tuple[Seeds, str], tuple[list[str], SystemScores]] = {}

    def common(self, *systems: str) -> Seeds:
        """The seeds that all of these systems have, ascending."""
        return tuple(sorted(set.intersection(*(set(self.seeds[name]) for name in systems))))

    def means(self, system: str, seeds: Seeds) -> Floats:
        """(S,) means over the language set."""
        scores = self._scores(seeds, self.part.metric, lambda names, all_scores: all_scores.of(names.index(system)))
        return np.asarray(scores.merged(self._members()).values.mean(axis=1))

    def targets_estimate(self, system: str) -> Estimate:
        """A system's mean over the language set."""
        return self._estimate(self._of(system).merged(self._members()), None, self.seeds[system], bounded=True)

    def source_estimate(self, system: str) -> Estimate | None:
        """A system on the source language."""
        return self._on(system, self.source) if self.source else None

    def gap(self, system: str) -> Estimate | None:
        """Source minus the mean over the language set."""
        if not self.source:
            return None
        return self._estimate(self._with_source(self._of(system)), -self._weights(1.0), self.seeds[system])

    def gain(self, system: str, against: str, metric: str | None = None) -> Gain | None:
        """A system minus another on the mean over the language set; None where they share no seed."""
        key = (system, against, metric)
        if key not in self._gains:
            self._gains[key] = self._new_gain(system, against, metric)
        return self._gains[key]

    def _new_gain(self, system: str, against: str, metric: str | None) -> Gain | None:
        here = self.gain_estimate(system, against, metric=metric)
        if here is None:
            return None
        seeds = self.common(system, against)
        beyond = None
        if len(set(self._families())) > 1:
            beyond = self.gain_estimate(system, against, scope="groups like these", metric=metric)
        per_seed = self._difference(system, against, seeds, metric).merged(self._members()).values.mean(axis=1)
        return _gain(system, against, self.chosen.languages, seeds, per_seed, here, beyond)

    def gain_estimate(
        self, system: str, against: str, *, scope: Scope = "these groups", metric: str | None = None
    ) -> MeanEstimate | None:
        """The estimate behind `gain`, from which more can be asked (how many seeds would settle it).

        Args:
            system, against: the two.
            scope: "these groups" speaks of these languages, "groups like these" takes families and languages as a
                sample.
            metric: None: the primary one.

        Returns:
            None where the two share no seed.

        Raises:
            ValueError: fewer than two families where they are a sample.
        """
        seeds = self.common(system, against)
        if not seeds:
            return None
        scores = self._difference(system, against, seeds, metric).merged(self._members())
        clusters = self._families() if scope == "groups like these" else None
        return mean_estimate(scores, clusters=clusters, scope=scope, level=self.level)

    def mixed_model(self, system: str, against: str, metric: str | None = None) -> MixedCheck | None:
        """The gain of a system over another by a linear mixed model; None with fewer than two seeds or languages."""
        seeds = self.common(system, against)
        values = self._difference(system, against, seeds, metric).merged(self._members()).values if seeds else None
        if values is None or min(values.shape) < 2:
            return None
        mean, _, interval = fit_difference(values, clusters=self._families()).contrast([1], level=self.level)
        return MixedCheck(mean, interval.low, interval.high, interval.method)

    def detectable(self, system: str, against: str) -> float | None:
        """The least true gain over these languages that this design would find; None with one seed.

        It integrates over what other studies would estimate, and is not had for nothing: for contenders only.
        """
        estimate = self.gain_estimate(system, against)
        found = math.nan if estimate is None else minimal_detectable_effect(estimate)
        return None if math.isnan(found) else float(found)

    def source_gain(self, system: str, against: str) -> Gain | None:
        """A system minus another on the source language."""
        seeds = self.common(system, against)
        if not seeds or not self.source:
            return None
        scores = self._difference(system, against, seeds).merged([[self._place(self.source)]])
        return _gain(system, against, (self.source,), seeds, scores.values[:, 0],
                     mean_estimate(scores, level=self.level))

    def gain_at_equal_source(self, system: str, against: str, slope: float) -> Gain | None:
        """The gain on the language set minus slope times the gain on the source."""
        seeds = self.common(system, against)
        if not seeds or not self.source:
            return None
        scores, weights = self._with_source(self._difference(system, against, seeds)), self._weights(slope)
        estimate = mean_estimate(scores, weights=weights, level=self.level)
        return _gain(system, against, self.chosen.languages, seeds, scores.values @ weights, estimate)

    def language_scores(self) -> Iterator[LanguageScore]:
        """Every system in every language it has all of its seeds' rows of and in which anything counts."""
        for facts in self.part.systems:
            for target in self.complete:
                yield LanguageScore(facts.name, self.part.metric, target.code, self._on(facts.name, target.code))

    def language_gains(self, baseline: str) -> Iterator[LanguageGain]:
        """Every other system minus the baseline in every complete language; Holm over a system's languages."""
        for facts in self.part.systems:
            seeds = self.common(facts.name, baseline)
            if facts.name == baseline or not seeds:
                continue
            scores = self._difference(facts.name, baseline, seeds)
            found = [mean_estimate(scores.merged([[place]]), level=self.level) for place in range(len(self.complete))]
            adjusted = holm([estimate.p_value for estimate in found])
            for place, (target, estimate) in enumerate(zip(self.complete, found, strict=True)):
                interval = estimate.interval
                yield LanguageGain(facts.name, target.code, Difference(
                    estimate.mean, interval.low, interval.high, estimate.p_value, float(adjusted[place]),
                    _deviation(scores.values[:, place]), seeds))

    def _on(self, system: str, target: str) -> Estimate:
        scores = self._of(system).merged([[self._place(target)]])
        return self._estimate(scores, None, self.seeds[system], bounded=True)

    def _of(self, system: str) -> Scores:
        return self._scores(self.seeds[system], self.part.metric, lambda names, scores: scores.of(names.index(system)))

    def _difference(self, system: str, against: str, seeds: Seeds, metric: str | None = None) -> Scores:
        return self._scores(seeds, metric or self.part.metric,
                            lambda names, scores: scores.difference(names.index(system), names.index(against)))

    def _scores(self, seeds: Seeds, metric: str, take: Callable[[list[str], SystemScores], Scores]) -> Scores:
        """Score all systems that have these seeds at once, in every complete target."""
        if (seeds, metric) not in self._scored:
            names = [name for name, own in self.seeds.items() if set(seeds) <= set(own)]
            codes = [target.code for target in self.complete]
            counts = [np.stack([self.table.counts(name, seeds, code, metric, TEST) for name in names])
                      for code in codes]
            samples = [self.table.identities(code, TEST) for code in codes]  # equal where texts are translations
            value = METRICS.load(metric).value().value
            self._scored[seeds, metric] = names, score_systems(counts, value, examples=samples)
        return take(*self._scored[seeds, metric])

    def _estimate(
        self, scores: Scores, weights: Floats | None, seeds: Seeds, *, bounded: bool = False
    ) -> Estimate:
        estimate = mean_estimate(scores, weights=weights, level=self.level)
        per_seed = scores.values.mean(axis=1) if weights is None else scores.values @ weights
        return as_estimate(estimate, per_seed, seeds, bounded=bounded)

    def _families(self) -> list[str]:
        return [find_variant(code).language.family for code in self.chosen.languages]

    def _place(self, target: str | None) -> int:
        return next(place for place, info in enumerate(self.complete) if info.code == target)

    def _members(self) -> list[list[int]]:
        return [[self._place(code) for code in codes] for codes in self.chosen.members.values()]

    def _with_source(self, scores: Scores) -> Scores:
        """The source first, then the language set."""
        return scores.merged([[self._place(self.source)], *self._members()])

    def _weights(self, slope: float) -> Floats:
        """Of the mean over the language set minus slope times the source, in the order of `_with_source`."""
        size = len(self.chosen.languages)
        return np.array([-slope, *[1 / size] * size])

    def _left_out(self) -> Iterator[LeftOut]:
        for target in self.targets:
            rows = {(name, seed): self.table.row(Cell(name, seed, target.code, self.part.metric, TEST))
                    for name, seeds in self.seeds.items() for seed in seeds}
            absent = [f"{name} seed {seed}" for (name, seed), row in rows.items() if row is None]
            if absent:
                yield LeftOut(target.code, f"no row of {', '.join(absent)}")
            elif any(row is not None and not row.counts.any() for row in rows.values()):
                yield LeftOut(target.code, f"nothing in it could be scored by {self.part.metric}")


def dev_estimate(table: ScoreTable | None, system: str, metric: str, split: str, level: float) -> Estimate | None:
    """A system's score on source dev, or None where it was not scored there."""
    seeds = table.seeds_of(system, split) if table else ()
    if table is None or not seeds:
        return None
    counts = table.counts(system, seeds, table.targets_of(split)[0], metric, split)
    scores = score_systems([counts], METRICS.load(metric).value().value).of(0)
    return as_estimate(mean_estimate(scores, level=level), scores.values[:, 0], seeds, bounded=True)


def as_estimate(estimate: MeanEstimate, per_seed: Floats, seeds: Sequence[int], *, bounded: bool) -> Estimate:
    """A mean as a finding; a score's interval is cut to what a score can be."""
    low, high = estimate.interval.low, estimate.interval.high
    if bounded:
        low, high = max(low, 0.0), min(high, 100.0)
    return Estimate(estimate.mean, low, high, _deviation(per_seed), tuple(seeds), tuple(map(float, per_seed)))


def _gain(
    system: str, against: str, languages: tuple[str, ...], seeds: Seeds, per_seed: Floats, here: MeanEstimate,
    beyond: MeanEstimate | None = None,
) -> Gain:
    return Gain(system, against, languages, here.mean, _deviation(per_seed), seeds, tuple(map(float, per_seed)),
                _bounds(here), _bounds(beyond) if beyond else None)


def _bounds(estimate: MeanEstimate) -> Bounds:
    p = float(estimate.p_value)
    return Bounds(float(estimate.interval.low), float(estimate.interval.high), 1.0 if math.isnan(p) else p, None, None,
                  None, estimate.interval.method)


def _deviation(values: Floats) -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None
