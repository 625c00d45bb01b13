"""Many rows as one table: found by (system, seed, target, metric, split), with every missing cell named.

What cannot be compared is refused here, before any number is made of it: rows of one target that were
scored on different data, by different versions of a metric, over different examples or labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.results.records import ScoreRow, read_rows

Counts = NDArray[np.int64]


class Cell(NamedTuple):
    """Where a row stands in the table."""

    system: str
    seed: int
    target: str
    metric: str
    split: str

    def __str__(self) -> str:
        return f"{self.system}, seed {self.seed}, {self.target}, {self.metric}, {self.split}"


class ScoreTable:
    """Rows of one task and one source language that may be compared with each other.

    Args:
        rows: the rows; the first one's system is the baseline of every comparison. A row that is given
            twice (same cell, same stage key) counts once.

    Attributes:
        systems: systems in order of appearance, the baseline first.
        seeds: all seeds, ascending.
        targets: languages and variants in order of appearance, the source language included if scored.
        metrics: metrics, the primary one first.
        splits: splits in order of appearance.
        task, source: what all rows share.

    Raises:
        DataError: there is no row, or rows that cannot be compared; the message names both sides.
    """

    def __init__(self, rows: Sequence[ScoreRow]) -> None:
        if not rows:
            raise DataError("there are no score rows", remedy="give rows of at least one finished run")
        for name in ("task", "source"):
            _refuse_mixture(rows, name)
        self.task, self.source = rows[0].task, rows[0].source
        self.systems = _in_order(row.system for row in rows)
        self.seeds = tuple(sorted({row.seed for row in rows}))
        self.targets = _in_order(row.target for row in rows)
        self.metrics = _in_order(row.metric for row in sorted(rows, key=lambda row: not row.primary))
        self.splits = _in_order(row.split for row in rows)
        self._cells = _index(rows)
        _refuse_incomparable(self._cells.values())

    def __len__(self) -> int:
        return len(self._cells)

    def row(self, cell: Cell) -> ScoreRow | None:
        """The row of a cell, or None where it is missing."""
        return self._cells.get(cell)

    def rows(self) -> list[ScoreRow]:
        """All rows in order of appearance, each once."""
        return list(self._cells.values())

    def first(self, system: str, split: str) -> ScoreRow | None:
        """Any row of a system in a split: for what all of its rows share."""
        return next((row for cell, row in self._cells.items() if (cell.system, cell.split) == (system, split)), None)

    def seeds_of(self, system: str, split: str) -> tuple[int, ...]:
        """The seeds a system has at least one row of in a split, ascending."""
        return tuple(sorted({cell.seed for cell in self._cells if (cell.system, cell.split) == (system, split)}))

    def targets_of(self, split: str) -> tuple[str, ...]:
        """The targets that have at least one row in a split, in order of appearance."""
        present = {cell.target for cell in self._cells if cell.split == split}
        return tuple(target for target in self.targets if target in present)

    def missing(self, split: str | None = None) -> tuple[Cell, ...]:
        """Every cell of the full grid (systems x seeds x targets x metrics) that has no row."""
        absent = []
        for name in self.splits if split is None else (split,):
            grid = product(self.systems, self.seeds, self.targets_of(name), self.metrics)
            absent += [cell for cell in (Cell(*item, name) for item in grid) if cell not in self._cells]
        return tuple(absent)

    def has(self, system: str, seeds: Sequence[int], target: str, metric: str, split: str) -> bool:
        """Whether there is a row for every one of these seeds."""
        return all(Cell(system, seed, target, metric, split) in self._cells for seed in seeds)

    def counts(self, system: str, seeds: Sequence[int], target: str, metric: str, split: str) -> Counts:
        """Per-example counts of several seeds over the same examples in the same order.

        Returns:
            (S, n, K) counts, S in the order of `seeds`.

        Raises:
            DataError: a cell is missing.
        """
        return np.stack([self._aligned(Cell(system, seed, target, metric, split)) for seed in seeds])

    def identities(self, target: str, split: str) -> tuple[str, ...]:
        """The examples of a target in the order that `counts` gives them in."""
        return self._reference(target, split).identities

    def _aligned(self, cell: Cell) -> Counts:
        row = self._cells.get(cell)
        if row is None:
            raise DataError(f"there is no row for {cell}", remedy="run that cell, or leave its language out")
        reference = self._reference(cell.target, cell.split).identities
        if row.identities == reference:
            return row.counts
        place = {identity: position for position, identity in enumerate(row.identities)}
        return row.counts[[place[identity] for identity in reference]]

    def _reference(self, target: str, split: str) -> ScoreRow:
        return next(row for cell, row in self._cells.items() if (cell.target, cell.split) == (target, split))


def read_table(paths: Iterable[Path]) -> ScoreTable:
    """Read row files, and every row file below folders, into one table.

    Raises:
        DataError: nothing there, or rows that cannot be compared.
        FormatError: a file that does not hold score rows.
    """
    rows: list[ScoreRow] = []
    for path in paths:
        files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
        if not files or not all(file.exists() for file in files):
            raise DataError("there are no score rows here", where=Location(str(path)),
                            remedy="name a file of rows (.parquet) or a folder that holds some")
        for file in files:
            rows += read_rows(file)
    return ScoreTable(rows)


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _index(rows: Sequence[ScoreRow]) -> dict[Cell, ScoreRow]:
    cells: dict[Cell, ScoreRow] = {}
    for row in rows:
        cell = Cell(row.system, row.seed, row.target, row.metric, row.split)
        other = cells.setdefault(cell, row)
        if other.stage != row.stage:
            raise DataError(
                f"two different rows stand for one cell ({cell}): run {other.run!r}, stage {other.stage}, "
                f"and run {row.run!r}, stage {row.stage}",
                remedy="give one of the systems another name, or leave one of the runs out",
            )
    return cells


def _refuse_mixture(rows: Sequence[ScoreRow], name: str) -> None:
    values = _in_order(str(getattr(row, name)) for row in rows)
    if len(values) > 1:
        raise DataError(f"rows of different {name}s cannot stand in one table: {', '.join(values)}",
                        remedy=f"make one table for each {name}")


def _refuse_incomparable(rows: Iterable[ScoreRow]) -> None:
    """Compare each row with the first of its target, and with the first of its metric."""
    by_target: dict[tuple[str, str], ScoreRow] = {}
    by_metric: dict[str, ScoreRow] = {}
    by_both: dict[tuple[str, str, str], ScoreRow] = {}
    for row in rows:
        first = by_target.setdefault((row.target, row.split), row)
        place = f"{row.target} ({row.split})"
        if first.fingerprint != row.fingerprint:
            raise _incomparable(f"{place} was scored on different data", "fingerprint", "fingerprint", first, row)
        if first.identities != row.identities and sorted(first.identities) != sorted(row.identities):
            what = f"{place} was scored on different examples of the same data"
            raise DataError(f"{what}: {_examples(first)} and {_examples(row)}",
                            remedy="score both on the same examples (the same test limit)")
        same = by_metric.setdefault(row.metric, row)
        if same.metric_version != row.metric_version:
            what = f"{row.metric} was counted by different versions of the metric"
            raise _incomparable(what, "version", "metric_version", same, row)
        same = by_both.setdefault((row.target, row.split, row.metric), row)
        if same.columns != row.columns:
            raise DataError(
                f"{row.metric} in {place} counts different things: {', '.join(same.columns)} in {_who(same)}, "
                f"{', '.join(row.columns)} in {_who(row)}",
                remedy="compare systems that know the same labels",
            )


def _incomparable(what: str, word: str, field: str, one: ScoreRow, other: ScoreRow) -> DataError:
    return DataError(
        f"{what}: {word} {getattr(one, field)} in {_who(one)}, {getattr(other, field)} in {_who(other)}",
        remedy="score one of them again, so that both are counted alike",
    )


def _who(row: ScoreRow) -> str:
    return f"{row.system}, seed {row.seed} (run {row.run!r})"


def _examples(row: ScoreRow) -> str:
    return f"{len(row.identities)} in {_who(row)}"
