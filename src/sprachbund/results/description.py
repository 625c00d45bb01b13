"""What a table is about, before any number: its systems, metrics, languages, and what was done to their words."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sprachbund.languages.language import find_variant
from sprachbund.metrics.metric import METRICS
from sprachbund.results.findings import Handled, MetricInfo, SystemInfo, TargetInfo
from sprachbund.results.records import ScoreRow
from sprachbund.results.table import Cell, ScoreTable


def describe_systems(table: ScoreTable, split: str) -> tuple[SystemInfo, ...]:
    """The systems that have rows in a split, the baseline first."""
    described = []
    for name in table.systems:
        rows = [row for row in table.rows() if (row.system, row.split) == (name, split)]
        if not rows:
            continue
        first = rows[0]
        described.append(SystemInfo(
            name=name, encoder=first.encoder, provenance=first.provenance, fusion=first.fusion, layers=first.layers,
            gate=first.gate, intermediate=first.intermediate, train_data=first.train_data,
            train_examples=first.train_examples, seeds=table.seeds_of(name, split),
            runs=tuple(dict.fromkeys(row.run for row in rows)), stages=tuple(dict.fromkeys(row.stage for row in rows)),
            more_sources=first.more_sources, remark=first.remark,
        ))
    return tuple(described)


def describe_metrics(table: ScoreTable, split: str) -> tuple[MetricInfo, ...]:
    """The metrics of a split, the primary one first, each with its own summary.

    Raises:
        RegistryError: a metric that is not installed here.
    """
    first = {row.metric: row for row in reversed(table.rows()) if row.split == split}
    return tuple(
        MetricInfo(name, first[name].metric_version, first[name].primary, METRICS.load(name).value.summary)
        for name in table.metrics if name in first
    )


def describe_targets(table: ScoreTable, split: str, unaveraged: Collection[str]) -> tuple[TargetInfo, ...]:
    """The languages and variants of a split.

    Raises:
        LanguageError: a target that the language table does not know.
    """
    source = find_variant(table.source).language.code
    trained = {find_variant(code).language.code for row in table.rows() for code in row.more_sources}
    described = []
    for code in table.targets_of(split):
        row = next(row for row in table.rows() if (row.target, row.split) == (code, split))
        variant = find_variant(code)
        language = variant.language
        described.append(TargetInfo(
            code=code, base=language.code, name=variant.name, family=language.family, branch=language.branch,
            script=variant.script, is_source=language.code == source,
            averaged=code not in unaveraged and language.code not in trained,
            examples=len(row.identities), fingerprint=row.fingerprint, data_set=row.data_set,
        ))
    return tuple(described)


def describe_handling(table: ScoreTable, split: str) -> Iterator[Handled]:
    """What was windowed, unpredicted, repaired and ignored, summed over examples and seeds."""
    for system in table.systems:
        for metric in table.metrics:
            for target in table.targets_of(split):
                cells = [Cell(system, seed, target, metric, split) for seed in table.seeds]
                rows = [row for cell in cells if (row := table.row(cell)) is not None]
                if rows:
                    yield _handled(rows)


def _handled(rows: list[ScoreRow]) -> Handled:
    first = rows[0]
    sums = {name: sum(int(getattr(row, name).sum()) for row in rows)
            for name in ("words", "windowed", "unpredicted", "repaired", "ignored")}
    return Handled(first.system, first.metric, first.target, len(rows), **sums, notes=dict(first.notes))
