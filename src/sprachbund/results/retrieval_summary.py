"""Rows of a retrieval to findings: scores with intervals, means over languages, layers against the last one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import DataError
from sprachbund.languages.language import find_variant
from sprachbund.metrics.ranking import RANKING_METRICS, RankingMetric
from sprachbund.results.findings import MetricInfo, TargetInfo
from sprachbund.results.language_sets import LanguageSet, language_sets
from sprachbund.results.probe_summary import mean_over_languages
from sprachbund.results.records import ScoreRow
from sprachbund.results.retrieval_findings import (
    RetrievalAverage,
    RetrievalDifference,
    RetrievalFacts,
    RetrievalFindings,
    RetrievalScore,
    RetrievalSystem,
)
from sprachbund.statistics.intervals import LEVEL, percentile_interval
from sprachbund.statistics.resampling import observed_scores, resampled_scores

RESAMPLES = 1000

Values = dict[tuple[str, str, str], float]
"""(system, metric, language) -> score."""


def summarise(rows: Sequence[ScoreRow], facts: RetrievalFacts, notes: Sequence[str] = ()) -> RetrievalFindings:
    """Everything that may be said of the rows of one retrieval.

    Args:
        rows: of one model and data set.
        facts: of the stage that made them.
        notes: sentences for the reader; those that the rows themselves give are added once.

    Raises:
        DataError: there is no row.
        RegistryError: a metric that is not known here.
    """
    if not rows:
        raise DataError("there are no score rows of a retrieval", remedy="run `sprachbund retrieve` again")
    first = rows[0]
    names = list(dict.fromkeys(row.metric for row in sorted(rows, key=lambda row: not row.primary)))
    metrics: dict[str, RankingMetric] = {name: RANKING_METRICS.load(name).value() for name in names}
    systems = {row.system: RetrievalSystem(row.system, row.system.partition(", ")[0], row.aggregator) for row in rows}
    targets = _targets(rows)
    scores = [score for name, metric in metrics.items() for target in targets
              for score in _scores([row for row in rows if (row.metric, row.target) == (name, target.code)], metric)]
    values = {(score.system, score.metric, score.language): score.value for score in scores}
    sets = language_sets([target for target in targets if any(key[2] == target.code for key in values)])
    return RetrievalFindings(
        data_set=first.data_set, source=first.source, encoder=first.encoder, provenance=first.provenance,
        trained=first.settings, facts=facts, level=LEVEL, systems=tuple(systems.values()),
        metrics=tuple(MetricInfo(name, metric.version, place == 0, metric.summary)
                      for place, (name, metric) in enumerate(metrics.items())),
        targets=targets, scores=tuple(scores),
        averages=tuple(_averages(values, list(systems), names, sets)),
        differences=tuple(_differences(values, list(systems.values()), names, sets, facts.kind)),
        notes=tuple(dict.fromkeys((*notes, *_notes(rows)))),
    )


def _targets(rows: Sequence[ScoreRow]) -> tuple[TargetInfo, ...]:
    found = {}
    for row in rows:
        if row.target not in found:
            variant = find_variant(row.target)
            language = variant.language
            found[row.target] = TargetInfo(
                code=row.target, base=language.code, name=variant.name, family=language.family, branch=language.branch,
                script=variant.script, is_source=language.code == find_variant(row.source).language.code,
                averaged=True, examples=len(row.identities), fingerprint=row.fingerprint, data_set=row.data_set)
    return tuple(found[code] for code in sorted(found))


def _scores(rows: Sequence[ScoreRow], metric: RankingMetric) -> Iterator[RetrievalScore]:
    """All systems in one language by one metric: they meet the same resamples. What cannot be scored is left out."""
    if not rows:
        return
    counts = np.stack([row.counts for row in rows])[:, None]
    observed = observed_scores(counts, metric.value)[:, 0]
    draws = resampled_scores([counts], metric.value, resamples=RESAMPLES, names=[rows[0].target])[0][:, 0]
    for row, value, drawn in zip(rows, observed, draws, strict=True):
        if not math.isnan(value):
            interval = percentile_interval(drawn)
            yield RetrievalScore(row.system, row.metric, row.target, len(row.identities), float(value),
                                 _finite(interval.low), _finite(interval.high))


def _over(chosen: LanguageSet, values: Values, system: str, metric: str) -> NDArray[np.float64]:
    """(languages,) scores of a set, variants meaned into their base language; languages without a score left out."""
    bases = ([values[system, metric, code] for code in codes if (system, metric, code) in values]
             for codes in chosen.members.values())
    return np.array([np.mean(base) for base in bases if base])


def _averages(
    values: Values, systems: Sequence[str], metrics: Sequence[str], sets: Sequence[LanguageSet]
) -> Iterator[RetrievalAverage]:
    for metric in metrics:
        for chosen in sets:
            for system in systems:
                numbers = _over(chosen, values, system, metric)
                if len(numbers):
                    yield RetrievalAverage(system, metric, chosen.kind, chosen.group, chosen.languages,
                                           *mean_over_languages(numbers.tolist()))


def _differences(
    values: Values, systems: Sequence[RetrievalSystem], metrics: Sequence[str], sets: Sequence[LanguageSet], kind: str
) -> Iterator[RetrievalDifference]:
    """Every state against the highest layer that was looked at, pooled and compared alike."""
    overall = "with source" if kind == "pool" and any(item.kind == "with source" for item in sets) else "targets"
    chosen = next((item for item in sets if item.kind == overall), None)
    if chosen is None:
        return
    layers = [system for system in systems if system.state.startswith("layer ")]
    last = {system.how: system for system in layers}  # they stand in order
    for metric in metrics:
        for system in systems:
            baseline = last.get(system.how)
            if baseline is None or baseline.name == system.name:
                continue
            one, other = (_over(chosen, values, item.name, metric) for item in (system, baseline))
            if len(one) == len(other) > 0:
                yield RetrievalDifference(system.name, baseline.name, metric, chosen.languages,
                                          *mean_over_languages((one - other).tolist()))


def _notes(rows: Sequence[ScoreRow]) -> Iterator[str]:
    """What was done to the texts; all systems read the same ones."""
    one = [row for row in rows if row.system == rows[0].system]
    cut = sum(int(row.windowed.sum()) for row in one if row.primary)
    if cut:
        yield f"{cut:,} queries are longer than a window and were read without their end"
    ordered = sorted({row.target for row in one if row.notes.get("translations_in_alphabetical_order")})
    if ordered:
        yield (f"the translations stand in alphabetical order in {', '.join(ordered)}: XTREME's preprocessing sorts "
               "them, and then line n of one file no longer translates line n of the other")


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
