"""A finished cell: its rows as they go to disk, and the two figures that are told while a sweep runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from statistics import fmean

from sprachbund.metrics.metric import METRICS, Metric
from sprachbund.results.records import ScoreRow
from sprachbund.studies.cells import Cell
from sprachbund.studies.sweep_plan import PlannedCell


@dataclass(frozen=True, slots=True)
class CellScore:
    """The primary metric of a cell, in points.

    Args:
        dev: on the source language's dev data.
        targets: mean over the target languages, every one with the same weight; None for tuning cells.
    """

    dev: float
    targets: float | None


def described(rows: Iterable[ScoreRow], cell: Cell) -> list[ScoreRow]:
    """Rows of a cell's score stages with what these do not know: the sweep's words for it."""
    return [
        replace(row, run=cell.task.label, aggregator=cell.fusion.aggregator(), settings=cell.settings,
                remark="; ".join(filter(None, (row.remark, cell.task.note))))
        for row in rows
    ]


def cell_score(rows: Iterable[ScoreRow], planned: PlannedCell, unaveraged: Collection[str] = ()) -> CellScore:
    """The figures of a cell.

    Args:
        rows: of its score stages.
        planned: the cell.
        unaveraged: languages that a data set has beside its target languages.
    """
    primary = [row for row in rows if row.primary]
    on_dev = fmean(value(row) for row in primary if row.stage == planned.keys["score dev"])
    on_targets = [value(row) for row in primary if row.stage == planned.keys.get("score")
                  and row.target not in {row.source, *row.more_sources, *unaveraged}]
    return CellScore(on_dev, fmean(on_targets) if on_targets else None)


def value(row: ScoreRow) -> float:
    """A row's score over all of its examples, in points."""
    metric: Metric = METRICS.load(row.metric).value()
    return float(metric.value(row.counts.sum(axis=0)))
