"""Two stored runs against each other: differences with intervals, and the examples they decide differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import ConfigError, DataError, Fault, join_or, near_matches
from sprachbund.metrics.metric import METRICS
from sprachbund.results.findings import Findings
from sprachbund.results.records import ScoreRow
from sprachbund.results.table import ScoreTable
from sprachbund.results.transfer import find

_DECIDING = "accuracy"


@dataclass(frozen=True, slots=True)
class Decisions:
    """How often two systems are wholly right on the same examples of one language, summed over paired seeds.

    Args:
        target: the language.
        both, only_first, only_second, neither: examples (times seeds) decided right by whom.
    """

    target: str
    both: int
    only_first: int
    only_second: int
    neither: int


@dataclass(frozen=True, slots=True)
class DifferentExample:
    """An example that two systems decide differently.

    Args:
        target: the language.
        identity: the example's identity in its corpus.
        right_first, right_second: with how many of the paired seeds it is wholly right.
        score_first, score_second: mean score of the example over seeds, in points.
    """

    target: str
    identity: str
    right_first: int
    right_second: int
    score_first: float
    score_second: float


@dataclass(frozen=True, slots=True)
class RunComparison:
    """The second run against the first, which is the baseline.

    Args:
        first, second: the names under which the two stand in `findings`.
        metric: by which examples were judged right or wrong ("accuracy" where both have it).
        seeds: number of paired seeds.
        findings: scores, averages and differences of the two.
        decisions: one entry a common language.
        examples: all examples decided differently, the largest difference of scores first.
    """

    first: str
    second: str
    metric: str
    seeds: int
    findings: Findings
    decisions: tuple[Decisions, ...]
    examples: tuple[DifferentExample, ...]


def compare_runs(
    first: Sequence[ScoreRow], second: Sequence[ScoreRow], *, first_system: str | None = None,
    second_system: str | None = None, split: str | None = None,
) -> tuple[RunComparison, ...]:
    """Compare two runs, system by system.

    Systems of the same name are paired; with one system on either side these two are.

    Args:
        first: rows of the run that is the baseline.
        second: rows of the other run; may be the same run where two systems are named.
        first_system, second_system: which systems to compare, where names do not say it.
        split: the split; None: the only one, or "test".

    Raises:
        DataError: no language, example or split in common, or rows that cannot be compared.
        ConfigError: a system that a run does not have, or no pair that offers itself.
    """
    pairs = _pairs(first, second, first_system, second_system)
    return tuple(_compare(_only(first, one), _only(second, other), split) for one, other in pairs)


def _pairs(
    first: Sequence[ScoreRow], second: Sequence[ScoreRow], first_system: str | None, second_system: str | None
) -> list[tuple[str, str]]:
    ours, theirs = _systems(first, first_system, "the first run"), _systems(second, second_system, "the second run")
    if len(ours) == len(theirs) == 1:
        return [(ours[0], theirs[0])]
    if len(ours) == 1 or len(theirs) == 1:
        return [(one, other) for one in ours for other in theirs]
    common = [(name, name) for name in ours if name in theirs]
    if not common:
        what = f"no system stands in both runs: the first has {join_or(ours)}, the second {join_or(theirs)}"
        raise ConfigError([Fault("system", f"{what}; name one of each")], "the comparison")
    return common


def _systems(rows: Sequence[ScoreRow], wanted: str | None, whose: str) -> list[str]:
    names = list(dict.fromkeys(row.system for row in rows))
    if not names:
        raise DataError(f"{whose} has no score rows", remedy="name a finished run")
    if wanted is None:
        return names
    if wanted not in names:
        what = f"{whose} has no system {wanted!r}; it has {join_or(names)}"
        raise ConfigError([Fault("system", what, suggestions=near_matches(wanted, names))], "the comparison")
    return [wanted]


def _only(rows: Sequence[ScoreRow], system: str) -> list[ScoreRow]:
    return [row for row in rows if row.system == system]


def _compare(first: list[ScoreRow], second: list[ScoreRow], split: str | None) -> RunComparison:
    ours, theirs = _names(first[0], second[0])
    second, notes = _paired_seeds(first, second)
    only = sorted({row.target for row in first} ^ {row.target for row in second})
    if only:
        notes.append(f"Only one of the two runs has {', '.join(only)}: not compared.")
    common = {row.target for row in first} & {row.target for row in second}
    if not common:
        raise DataError("the two runs have no target language in common", remedy="compare runs over the same data")
    rows = [replace(row, system=name) for name, side in ((ours, first), (theirs, second)) for row in side
            if row.target in common]
    table = ScoreTable(_common_metrics(rows, ours, theirs))
    found = find(table, split=split)
    found = replace(found, notes=(*found.notes, *notes))
    metric = _DECIDING if _DECIDING in table.metrics else table.metrics[0]
    seeds = sorted(set(table.seeds_of(ours, found.split)) & set(table.seeds_of(theirs, found.split)))
    out = {item.target for item in found.left_out}
    decisions, examples = [], []
    for target in (target for target in table.targets_of(found.split) if target not in out):
        sides = [table.counts(name, seeds, target, metric, found.split) for name in (ours, theirs)]
        counted, different = _decide(target, table.identities(target, found.split), metric, sides[0], sides[1])
        decisions.append(counted)
        examples += different
    examples.sort(key=lambda item: (-abs(item.score_first - item.score_second), item.target, item.identity))
    return RunComparison(ours, theirs, metric, len(seeds), found, tuple(decisions), tuple(examples))


def _names(first: ScoreRow, second: ScoreRow) -> tuple[str, str]:
    """Names that tell the two apart: systems, else systems with their runs, else their order."""
    if first.system != second.system:
        return first.system, second.system
    if first.run != second.run:
        return f"{first.system} [{first.run}]", f"{second.system} [{second.run}]"
    return f"{first.system} [first]", f"{second.system} [second]"


def _paired_seeds(first: list[ScoreRow], second: list[ScoreRow]) -> tuple[list[ScoreRow], list[str]]:
    """Pair by equal seeds; runs that share none are paired in ascending order, and that is said."""
    ours, theirs = (sorted({row.seed for row in side}) for side in (first, second))
    if set(ours) & set(theirs):
        return second, []
    pairs = dict(zip(theirs, ours, strict=False))
    told = ", ".join(f"{one} with {other}" for other, one in pairs.items())
    note = f"The runs share no seed; seeds were paired in order ({told}) and stand under the first run's numbers."
    return [replace(row, seed=pairs[row.seed]) for row in second if row.seed in pairs], [note]


def _common_metrics(rows: list[ScoreRow], ours: str, theirs: str) -> list[ScoreRow]:
    sides = [{row.metric for row in rows if row.system == name} for name in (ours, theirs)]
    common = sides[0] & sides[1]
    if not common:
        raise DataError(f"the two runs have no metric in common: {join_or(sorted(sides[0]))} and "
                        f"{join_or(sorted(sides[1]))}", remedy="compare runs of the same task")
    return [row for row in rows if row.metric in common]


def _decide(
    target: str, identities: Sequence[str], metric: str, first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[Decisions, list[DifferentExample]]:
    """Judge every example of two (S, n, K) arrays of counts; examples in which nothing counts are right."""
    scorer = METRICS.load(metric).value()
    scores = [np.nan_to_num(scorer.value(side), nan=100.0) for side in (first, second)]
    right = [side >= 100 - 1e-9 for side in scores]
    both, neither = int((right[0] & right[1]).sum()), int((~right[0] & ~right[1]).sum())
    only_first, only_second = int((right[0] & ~right[1]).sum()), int((~right[0] & right[1]).sum())
    different = []
    for place in np.flatnonzero((right[0] != right[1]).any(axis=0)).tolist():
        different.append(DifferentExample(
            target, identities[place], int(right[0][:, place].sum()), int(right[1][:, place].sum()),
            float(scores[0][:, place].mean()), float(scores[1][:, place].mean()),
        ))
    return Decisions(target, both, only_first, only_second, neither), different
