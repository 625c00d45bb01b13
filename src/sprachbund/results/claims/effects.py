"""What probes of trained models say of them, as arrays over seeds and languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.languages.language import find_variant
from sprachbund.results.claims.evidence import Evidence
from sprachbund.results.claims.records import Figure
from sprachbund.results.probe_findings import FUSED, ProbedModel, ProbeFindings, TaskEffect
from sprachbund.statistics.crossed import Scores
from sprachbund.statistics.means import MeanEstimate, mean_estimate
from sprachbund.statistics.repetitions import Floats

LEAST_UNITS, LEAST_CLUSTERS = 8, 3
"""Pairs of model and language, and languages, with which a correlation is worth telling."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A fine-tuned model, what its probe found, and the study that it is of."""

    model: ProbedModel
    probe: ProbeFindings
    study: str = ""

    def effects(self, data_set: str, change: str) -> dict[str, TaskEffect]:
        """Language -> what a change does to the score, targets only."""
        return {item.language: item for item in self.probe.task_effects
                if item.model == "after" and (item.data_set, item.change) == (data_set, change)
                and not _is_source(item.language, self.probe.source)}

    def scores(self, data_set: str) -> dict[str, float]:
        """Language -> score on a data set, targets only."""
        return {item.language: item.score for item in self.probe.task_effects
                if (item.model, item.data_set) == ("after", data_set)
                and not _is_source(item.language, self.probe.source)}

    def fused(self, measure: str, variant: str) -> dict[str, float]:
        """Language -> a measure of the fused state."""
        return {item.language: item.value for item in self.probe.points
                if (item.model, item.measure, item.variant, item.state) == ("after", measure, variant, FUSED)}

    def features(self, data_set: str) -> dict[str, tuple[float, float, float]]:
        """Language -> retrieval and parts of speech of the fused state, and the score; targets that have all three."""
        scores, retrieval, pos = self.scores(data_set), self.fused("retrieval", "mean"), self.fused("pos", "")
        return {code: (retrieval[code], pos[code], scores[code]) for code in sorted(scores)
                if code in retrieval and code in pos}


def trained_models(evidence: Evidence) -> list[Trained]:
    """The fine-tuned models of probes, each once, in an order that does not hang on that of files."""
    found: dict[tuple[str, str, str, int, int], Trained] = {}
    for probe, study in zip(evidence.probes, evidence.probed_in, strict=True):
        for model in probe.models:
            if model.role == "after":
                key = (model.task, model.train_data, model.system, model.train_examples, model.seed)
                found.setdefault(key, Trained(model, probe, study))
    return [found[key] for key in sorted(found)]


def data_sets(models: Iterable[Trained]) -> tuple[str, ...]:
    """Data sets that models were scored on, sorted."""
    return tuple(sorted({item.data_set for model in models for item in model.probe.task_effects}))


@dataclass(frozen=True, slots=True)
class Changes:
    """Differences of a score over seeds and languages.

    Args:
        seeds, languages: of the values.
        values: (S, G) in points.
    """

    seeds: tuple[int, ...]
    languages: tuple[str, ...]
    values: Floats

    def estimate(self) -> MeanEstimate:
        """The mean; languages and families are a sample where there are two families or more.

        Examples are a part of what languages differ by then; else they are taken as given.
        """
        families = [find_variant(code).language.family for code in self.languages]
        if len(set(families)) > 1:
            return mean_estimate(Scores(self.values), clusters=families, scope="groups like these")
        return mean_estimate(Scores(self.values))

    def figure(self, what: str) -> Figure:
        """The mean as a figure in points."""
        estimate = self.estimate()
        bases = tuple(dict.fromkeys(find_variant(code).language.code for code in self.languages))
        return Figure(what, estimate.mean, estimate.interval.low, estimate.interval.high, "points", self.seeds, bases,
                      estimate.interval.method)


def changes(models: Sequence[Trained], data_set: str, change: str, against: str | None = None) -> Changes | None:
    """What a change does to the score of one system, seed by seed.

    Args:
        models: of one system.
        data_set: what was scored.
        change: as `TaskEffect.change`.
        against: another change whose effect is taken off; None: nothing is.

    Returns:
        None where no language was scored under both by every seed.
    """
    tables = [_differences(model, data_set, change, against) for model in models]
    kept = [(model, table) for model, table in zip(models, tables, strict=True) if table]
    languages = sorted(set.intersection(*(set(table) for _, table in kept))) if kept else []
    if not languages:
        return None
    values = np.array([[table[code] for code in languages] for _, table in kept])
    return Changes(tuple(model.model.seed for model, _ in kept), tuple(languages), values)


def largest_system(models: Iterable[Trained], data_set: str, change: str) -> list[Trained]:
    """The models of the system that has this change measured with most seeds; equals by name."""
    found: dict[tuple[str, str, int], list[Trained]] = {}
    for model in models:
        if model.effects(data_set, change):
            key = (model.model.system, model.model.train_data, model.model.train_examples)
            found.setdefault(key, []).append(model)
    return max((found[key] for key in sorted(found)), key=len, default=[])


def _differences(model: Trained, data_set: str, change: str, against: str | None) -> dict[str, float]:
    changed = {code: item.difference for code, item in model.effects(data_set, change).items()}
    if against is None:
        return changed
    taken = {code: item.difference for code, item in model.effects(data_set, against).items()}
    return {code: value - taken[code] for code, value in changed.items() if code in taken}


def _is_source(language: str, source: str) -> bool:
    return find_variant(language).language == find_variant(source).language
