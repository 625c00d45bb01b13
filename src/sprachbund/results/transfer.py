"""Findings from rows alone: scores, averages, transfer gaps and comparisons, each with interval, seeds, languages.

The first system is the baseline that the others are compared with. A target is *complete* if every
system has a row for it with each of the system's seeds; only complete targets enter averages and
comparisons, so that all systems are averaged over the same languages. The others are named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from sprachbund.core.errors import DataError, join_or
from sprachbund.languages.language import find_variant
from sprachbund.languages.segmentation import Segmentation
from sprachbund.results.description import describe_handling, describe_metrics, describe_systems, describe_targets
from sprachbund.results.estimates import DRAWS, Estimator
from sprachbund.results.findings import (
    AverageDifference,
    AverageScore,
    Findings,
    LanguageDifference,
    LanguageScore,
    LeftOut,
    MetricInfo,
    SystemInfo,
    TargetInfo,
    TransferGap,
)
from sprachbund.results.language_sets import language_sets
from sprachbund.results.languages_in_depth import languages_in_depth
from sprachbund.results.records import ScoreRow
from sprachbund.results.table import Cell, ScoreTable
from sprachbund.statistics.intervals import LEVEL

T = TypeVar("T")


def find(
    rows: Sequence[ScoreRow] | ScoreTable,
    *,
    split: str | None = None,
    unaveraged: Collection[str] = (),
    segmentation: Mapping[str, Segmentation] | None = None,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> Findings:
    """Compute everything that may be said of a table of rows.

    Args:
        rows: rows of one task and source language; the first row's system is the baseline.
        split: the split; None: the only one, or "test" where there are several.
        unaveraged: targets that are shown and compared, but enter no average (a second treebank).
        segmentation: target -> how its test data were cut into pieces, where that was measured.
        draws: bootstrap draws.
        level: coverage of the intervals.
        seed: of the bootstrap's random numbers.

    Raises:
        DataError: no rows, rows that cannot be compared, or a split that has no rows.
        LanguageError: a target that is not in the language table.
    """
    table = rows if isinstance(rows, ScoreTable) else ScoreTable(rows)
    chosen = _split(table, split)
    systems, metrics = describe_systems(table, chosen), describe_metrics(table, chosen)
    targets = describe_targets(table, chosen, unaveraged)
    left_out = tuple(_left_out(table, chosen, systems, metrics, targets))
    out = {item.target for item in left_out}
    complete = [target for target in targets if target.code not in out]
    work = _Work(table, chosen, systems, complete, Estimator(table, chosen, draws=draws, level=level, seed=seed))
    names = [metric.name for metric in metrics]
    scores = tuple(work.scores(metrics, targets))
    gaps = _all(work.gaps, names)
    return Findings(
        task=table.task, split=chosen, source=table.source, level=level, draws=work.estimator.draws,
        systems=systems, metrics=metrics, targets=targets, scores=scores,
        averages=_all(work.averages, names), gaps=tuple(gap for gap in gaps if gap.kind == "targets"),
        differences=_all(work.differences, names),
        average_differences=_all(work.average_differences, names),
        handled=tuple(describe_handling(table, chosen)), missing=tuple(map(str, table.missing(chosen))),
        left_out=left_out, notes=tuple(_notes(systems, targets)),
        group_gaps=tuple(gap for gap in gaps if gap.kind != "targets"),
        languages=languages_in_depth(
            scores, targets, system=systems[0].name, metric=names[0], source=table.source, encoder=systems[0].encoder,
            segmentation=segmentation, left_out=out, level=level),
    )


class _Work:
    """Everything that the single findings of one table are made from."""

    def __init__(
        self, table: ScoreTable, split: str, systems: tuple[SystemInfo, ...], complete: list[TargetInfo],
        estimator: Estimator,
    ) -> None:
        self.table, self.split, self.complete, self.estimator = table, split, complete, estimator
        self.seeds = {system.name: system.seeds for system in systems}
        self.baseline, *self.others = self.seeds
        encoders = {system.encoder for system in systems}
        self.sets = language_sets(complete, source=find_variant(table.source).language.code,
                                  encoder=encoders.pop() if len(encoders) == 1 else "")

    def scores(self, metrics: Sequence[MetricInfo], targets: Sequence[TargetInfo]) -> Iterator[LanguageScore]:
        """Every system in every language that it has any row of, complete or not."""
        for system, seeds in self.seeds.items():
            for metric in (metric.name for metric in metrics):
                for code in (target.code for target in targets):
                    cells = {seed: Cell(system, seed, code, metric, self.split) for seed in seeds}
                    there = tuple(seed for seed, cell in cells.items() if self.table.row(cell) is not None)
                    estimate = self.estimator.score(system, there, code, metric) if there else None
                    if estimate is not None:
                        yield LanguageScore(system, metric, code, estimate)

    def averages(self, metric: str) -> Iterator[AverageScore]:
        """Every system over every language set."""
        for system, seeds in self.seeds.items():
            for chosen in self.sets:
                estimate = self.estimator.average(system, seeds, chosen, metric)
                yield AverageScore(system, metric, chosen.kind, chosen.group, chosen.languages, estimate)

    def gaps(self, metric: str) -> Iterator[TransferGap]:
        """Source minus target mean, and minus the mean of each group, where the source was scored."""
        source = next((target.code for target in self.complete if target.code == self.table.source), None)
        if source is None:
            return
        for system, seeds in self.seeds.items():
            for chosen in self.sets:
                if chosen.kind != "with source":
                    estimate = self.estimator.gap(system, seeds, source, chosen, metric)
                    yield TransferGap(system, metric, source, chosen.languages, estimate, chosen.kind, chosen.group)

    def differences(self, metric: str) -> Iterator[LanguageDifference]:
        """Every system against the baseline in each complete language, Holm over these languages."""
        codes = [target.code for target in self.complete]
        for system in self.others:
            seeds = self._common(system)
            if not seeds:
                continue
            found = self.estimator.differences(self.baseline, system, seeds, codes, metric)
            for code, difference in zip(codes, found, strict=True):
                yield LanguageDifference(self.baseline, system, metric, code, difference)

    def average_differences(self, metric: str) -> Iterator[AverageDifference]:
        """Every system against the baseline over each set; Holm over systems where there are several."""
        systems = {system: seeds for system in self.others if (seeds := self._common(system))}
        for chosen in self.sets:
            found = self.estimator.average_differences(self.baseline, systems, chosen, metric)
            for system, difference in zip(systems, found, strict=True):
                yield AverageDifference(self.baseline, system, metric, chosen.kind, chosen.group, chosen.languages,
                                        difference)

    def _common(self, system: str) -> tuple[int, ...]:
        return tuple(seed for seed in self.seeds[self.baseline] if seed in self.seeds[system])


def _all(finding: Callable[[str], Iterator[T]], metrics: Sequence[str]) -> tuple[T, ...]:
    return tuple(item for metric in metrics for item in finding(metric))


def _split(table: ScoreTable, wanted: str | None) -> str:
    if wanted is None:
        return table.splits[0] if len(table.splits) == 1 or "test" not in table.splits else "test"
    if wanted not in table.splits:
        raise DataError(f"no row was scored on the split {wanted!r}", remedy=f"there is {join_or(table.splits)}")
    return wanted


def _left_out(
    table: ScoreTable, split: str, systems: Sequence[SystemInfo], metrics: Sequence[MetricInfo],
    targets: Sequence[TargetInfo],
) -> Iterator[LeftOut]:
    for target in targets:
        absent, empty = [], []
        for system in systems:
            for metric in metrics:
                cells = {seed: Cell(system.name, seed, target.code, metric.name, split) for seed in system.seeds}
                rows = {seed: table.row(cell) for seed, cell in cells.items()}
                absent += [f"{system.name} seed {seed}" for seed, row in rows.items() if row is None]
                empty += [metric.name for row in rows.values() if row is not None and not row.counts.any()]
        if absent:
            yield LeftOut(target.code, f"no row of {', '.join(dict.fromkeys(absent))}")
        elif empty:
            yield LeftOut(target.code, f"nothing in it could be scored by {', '.join(dict.fromkeys(empty))}")


def _notes(systems: Sequence[SystemInfo], targets: Sequence[TargetInfo]) -> Iterator[str]:
    sources = {find_variant(code).language.code for system in systems for code in system.more_sources}
    learnt = [target.code for target in targets if target.base in sources and not target.is_source]
    if learnt:
        yield f"Trained on too, and so in no average: {', '.join(learnt)}."
    shown = [target.code for target in targets if not target.averaged and target.code not in learnt]
    if shown:
        yield f"Shown and compared, but in no average: {', '.join(shown)}."
    if all(len(system.seeds) == 1 for system in systems):
        yield ("One seed: the intervals cover the choice of test examples, not the chance in training; another seed "
               "may change a score by more than its interval.")
    baseline, *others = systems
    for system in others:
        common = [seed for seed in baseline.seeds if seed in system.seeds]
        if not common:
            yield f"{system.name} shares no seed with {baseline.name}, so the two are not compared."
        elif len(common) < max(len(baseline.seeds), len(system.seeds)):
            yield (f"{system.name} and {baseline.name} are compared over the seeds that both have: "
                   f"{', '.join(map(str, common))}.")
