"""Rows of a sweep, sorted into what may be compared: one task and data set at a time, with its source dev.

A sweep leaves rows of two splits: "test" for the source and every target, and "dev" for the source,
on which layers and settings are chosen. Dev and test need not come from one data set (a model for XNLI
is trained on something else), so dev rows are found by what the model was trained on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sprachbund.core.errors import DataError, join_or
from sprachbund.core.source import Location
from sprachbund.languages.language import find_variant
from sprachbund.results.records import ScoreRow, read_rows
from sprachbund.results.table import ScoreTable

TEST, DEV = "test", "dev"
BASELINE_FUSION = "last_layer"
EQUAL_PARAMETERS = ("refined_last", "bottleneck")
"""Fusions that see the last layer alone with as many parameters as an AIF, the closest to it first."""
_SINGLE = "single_layer"
_SHARED = ("encoder", "source", "train_data", "train_examples", "intermediate")


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """What rows say of a system besides scores; the fields are those of `SweepSystem`."""

    name: str
    fusion: str
    aggregator: str
    layer: int | None
    control: bool
    settings: str
    settings_tried: int


@dataclass(frozen=True, slots=True)
class PartRows:
    """The rows of one task and data set.

    Args:
        task, data_set: what was scored on test.
        test: rows of test, the baseline's first, systems uniquely named.
        dev: rows of source dev of the same systems, or None where there are none.
        systems: the baseline first, then controls, then by aggregator and layer.
        untested: names of systems that have rows of dev only and are no tuning candidates.
    """

    task: str
    data_set: str
    test: ScoreTable
    dev: ScoreTable | None
    systems: tuple[SystemFacts, ...]
    untested: tuple[str, ...]

    @property
    def metric(self) -> str:
        """The primary metric."""
        return self.test.metrics[0]


def read_sweep_rows(paths: Iterable[Path]) -> list[ScoreRow]:
    """Read row files, and every row file below folders; equal lists of identities become one object.

    A sweep has a row a system, seed, language and metric, each with the identity of every example:
    unshared they would be most of the memory.

    Raises:
        DataError: nothing there.
        FormatError: a file that does not hold score rows.
    """
    rows: list[ScoreRow] = []
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
    for path in paths:
        files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
        if not files or not all(file.exists() for file in files):
            raise DataError("there are no score rows here", where=Location(str(path)),
                            remedy="name the folder of a sweep, its `rows` folder, or a file of rows (.parquet)")
        for file in files:
            rows += [replace(row, identities=shared.setdefault(row.identities, row.identities))
                     for row in read_rows(file)]
    return rows


def sort_rows(rows: Sequence[ScoreRow], *, baseline: str | None = None) -> list[PartRows]:
    """Sort rows into parts, in order of appearance.

    Args:
        rows: of any number of tasks.
        baseline: name of the system that gains are over; None: the last layer, the one with the shortest name if
            there are several.

    Raises:
        DataError: no rows of test; or rows in one part that cannot be compared, with both sides named: other
            training data, encoder, source, data fingerprint, metric version, examples or labels; or no baseline.
    """
    parts: dict[tuple[str, str], list[ScoreRow]] = {}
    for row in rows:
        if row.split == TEST:
            parts.setdefault((row.task, row.data_set), []).append(row)
    if not parts:
        raise DataError("there are no score rows of a test split", remedy="give the rows of at least one whole cell")
    dev = [row for row in rows if row.split == DEV and _on_source(row)]
    return [_part(task, data_set, members, dev, baseline) for (task, data_set), members in parts.items()]


def _on_source(row: ScoreRow) -> bool:
    return row.target == row.source or find_variant(row.target).language == find_variant(row.source).language


def _part(
    task: str, data_set: str, test: list[ScoreRow], all_dev: list[ScoreRow], wanted: str | None
) -> PartRows:
    _refuse_mixed(test, data_set)
    first = test[0]
    dev = [row for row in all_dev if row.task == task
           and all(getattr(row, name) == getattr(first, name) for name in _SHARED)]
    tried: dict[str, set[str]] = {}
    for row in (*test, *dev):
        tried.setdefault(_aggregator(row), set()).add(row.settings)
    split_by_settings = {_aggregator(row) for row in test
                         if len({other.settings for other in test if other.system == row.system}) > 1}
    tested, labels = {(row.system, row.settings) for row in test}, {row.system for row in test}
    untested = dict.fromkeys(row.system for row in dev if row.system not in labels)
    settings_tried = {_named(row, split_by_settings).system: len(tried[_aggregator(row)]) for row in test}
    test = [_named(row, split_by_settings) for row in test]
    dev = [_named(row, split_by_settings) for row in dev if (row.system, row.settings) in tested]
    systems = _facts(test, _baseline(test, wanted, data_set), settings_tried)
    order = {facts.name: place for place, facts in enumerate(systems)}
    table = ScoreTable(sorted(test, key=lambda row: order[row.system]))
    return PartRows(task, data_set, table, ScoreTable(dev) if dev else None, systems, tuple(untested))


def _aggregator(row: ScoreRow) -> str:
    return row.aggregator or row.system


def _named(row: ScoreRow, split_by_settings: set[str]) -> ScoreRow:
    """The row under a name that no other configuration shares."""
    aggregator = _aggregator(row)
    if aggregator not in split_by_settings:
        return replace(row, aggregator=aggregator)
    told = f" [{row.settings or 'defaults'}]"
    return replace(row, system=row.system + told, aggregator=aggregator + told)


def _refuse_mixed(rows: Sequence[ScoreRow], data_set: str) -> None:
    first = rows[0]
    for row in rows:
        for name in _SHARED:
            one, other = getattr(first, name), getattr(row, name)
            if one != other:
                raise DataError(
                    f"systems of one comparison on {data_set} differ in {name.replace('_', ' ')}: {_told(one)} in "
                    f"{_who(first)}, fingerprint {first.fingerprint}; {_told(other)} in {_who(row)}, fingerprint "
                    f"{row.fingerprint}", remedy="compare systems of one encoder and training set; put the others in a "
                    "sweep of their own")


def _told(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else f"{value}"


def _who(row: ScoreRow) -> str:
    return f"{row.system}, seed {row.seed}, {row.target} (run {row.run!r})"


def _baseline(rows: Sequence[ScoreRow], wanted: str | None, data_set: str) -> str:
    names = list(dict.fromkeys(row.system for row in rows))
    if wanted is not None:
        if wanted not in names:
            raise DataError(f"no system on {data_set} is called {wanted!r}", remedy=f"there is {join_or(names)}")
        return wanted
    plain = {row.system for row in rows if row.fusion == BASELINE_FUSION}
    if not plain:
        raise DataError(f"nothing on {data_set} can be the baseline: no system has the fusion {BASELINE_FUSION!r}; "
                        f"there is {join_or(names)}", remedy="run the last layer too, or name a baseline")
    return min(plain, key=lambda name: (len(name), name))


def _facts(rows: Sequence[ScoreRow], baseline: str, tried: Mapping[str, int]) -> tuple[SystemFacts, ...]:
    """Systems in the order of reports."""
    first: dict[str, ScoreRow] = {}
    for row in rows:
        first.setdefault(row.system, row)
    top = first[baseline].layers
    members = Counter(row.aggregator for row in first.values())
    found = []
    for name, row in first.items():
        control = name != baseline and row.layers == top and row.fusion != _SINGLE
        alone = members[row.aggregator] == 1 and (control or name == baseline)
        layer = None if alone else _layer(row.layers, top)
        found.append(SystemFacts(name, row.fusion, row.aggregator, layer, control, row.settings, tried[name]))
    aggregators = list(dict.fromkeys(row.aggregator for row in first.values()))

    def place(facts: SystemFacts) -> tuple[int, int, int, int]:
        fusion = first[facts.name].fusion
        kind = 0 if facts.name == baseline else 1 if facts.control else 2
        rank = EQUAL_PARAMETERS.index(fusion) if fusion in EQUAL_PARAMETERS else len(EQUAL_PARAMETERS)
        return kind, rank if facts.control else 0, aggregators.index(facts.aggregator), facts.layer or 0

    return tuple(sorted(found, key=place))


def _layer(layers: tuple[int, ...], top: tuple[int, ...]) -> int | None:
    """The one layer beside the baseline's; the baseline's where there is no other; None for several."""
    others = sorted(set(layers) - set(top))
    if not others:
        return layers[-1] if layers else None
    return others[0] if len(others) == 1 else None
