"""Scores of several systems under several repetitions (seeds) in several groups (languages), with their examples.

What is computed from scores by arithmetic (a difference of two systems, a gap between two groups, a mean)
is computed here for the scores and for the influence of every example alike, so pairing is kept:
two systems, or two seeds, that are scored on the same examples share the luck of these examples.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.statistics.repetitions import Floats
from sprachbund.statistics.resampling import Counts, Value


@dataclass(frozen=True, slots=True)
class Scores:
    """One quantity (a score, a gain) in G groups under S repetitions.

    Args:
        values: (S, G).
        influence: for each group: name of a set of examples -> (S, n), what each of these examples does
            to the value; the sum of its squares is the variance that the examples cause. Groups that
            name the same set hold the same examples in the same order (translations of one test set),
            and share their luck. Empty: nothing is known of the examples, and they are taken as given.

    Raises:
        ValueError: shapes that do not fit.
    """

    values: Floats
    influence: tuple[Mapping[Hashable, Floats], ...] = ()

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or 0 in self.values.shape:
            raise ValueError(f"values are (repetitions, groups), got the shape {self.values.shape}")
        if self.influence and len(self.influence) != self.values.shape[1]:
            raise ValueError(f"{self.values.shape[1]} groups need as many influences, got {len(self.influence)}")

    def merged(self, members: Sequence[Sequence[int]]) -> Scores:
        """Plain means of groups, such as variants folded into their language.

        Args:
            members: for each new group the places of its members.

        Raises:
            ValueError: a new group without members.
        """
        if not all(len(places) for places in members):
            raise ValueError("every new group needs a member")
        values = np.stack([self.values[:, list(places)].mean(axis=1) for places in members], axis=1)
        if not self.influence:
            return Scores(values)
        return Scores(values, tuple(
            added([self.influence[place] for place in places], [1 / len(places)] * len(places)) for places in members
        ))


@dataclass(frozen=True, slots=True)
class SystemScores:
    """Scores of A systems in G groups under S repetitions, scored on the same examples.

    Args:
        values: (A, S, G).
        influence: for each group (A, S, n), see `Scores`.
        examples: for each group the name of its set of examples.
    """

    values: Floats
    influence: tuple[Floats, ...]
    examples: tuple[Hashable, ...]

    def of(self, system: int) -> Scores:
        """Scores of one system."""
        return Scores(self.values[system], tuple(
            {name: part[system]} for name, part in zip(self.examples, self.influence, strict=True)
        ))

    def difference(self, system: int, baseline: int) -> Scores:
        """A system minus the baseline, repetition by repetition and example by example."""
        return Scores(self.values[system] - self.values[baseline], tuple(
            {name: part[system] - part[baseline]} for name, part in zip(self.examples, self.influence, strict=True)
        ))

    def contrast(self, weights: Sequence[float] | Floats) -> Scores:
        """A weighted sum of systems.

        Args:
            weights: (A,).

        Raises:
            ValueError: not one weight a system.
        """
        given = np.asarray(weights, dtype=np.float64)
        if given.shape != self.values.shape[:1]:
            raise ValueError(f"{len(self.values)} systems need as many weights, got the shape {given.shape}")
        return Scores(np.tensordot(given, self.values, axes=1), tuple(
            {name: np.tensordot(given, part, axes=1)}
            for name, part in zip(self.examples, self.influence, strict=True)
        ))


def score_systems(
    groups: Sequence[Counts], value: Value, *, examples: Sequence[Hashable] | None = None
) -> SystemScores:
    """Score all systems in all groups and find the influence of every example by the jackknife.

    Args:
        groups: for each group counts (A, S, n, K), or (S, n, K) for one system; n may differ.
        value: sums (..., K) to scores (...).
        examples: a name for each group's set of examples, equal where groups are translations of one
            test set in the same order; default: every group has a set of its own.

    Raises:
        ValueError: no group, fewer than two examples in a group, groups of unequal shape (n apart), or
            groups that share examples and have not the same number of them.
    """
    shaped = [counts[None] if counts.ndim == 3 else counts for counts in groups]
    names: list[Hashable] = list(range(len(shaped))) if examples is None else list(examples)
    _check(shaped, names)
    values = np.stack([value(counts.sum(axis=-2, dtype=np.float64)) for counts in shaped], axis=-1)
    return SystemScores(values, tuple(jackknife_influence(counts, value) for counts in shaped), tuple(names))


def jackknife_influence(counts: Counts, value: Value) -> Floats:
    """What each example does to a score, scaled so that the sum of squares is the score's variance.

    With theta_(i) the score without example i and theta_(.) the mean of these,
    influence_i = sqrt((n - 1) / n) · (theta_(.) - theta_(i)), and the sum of its squares is the
    delete-one jackknife variance (Efron and Tibshirani 1993, equation 11.5). Products of influences of
    two scores on the same examples add up to their covariance.

    Args:
        counts: (..., n, K).
        value: sums (..., K) to scores (...).

    Returns:
        (..., n); NaN where the score hangs on one single example.

    Raises:
        ValueError: fewer than two examples.
    """
    count = counts.shape[-2]
    if count < 2:
        raise ValueError(f"the influence of an example needs two examples or more, got {count}")
    rest = counts.sum(axis=-2, keepdims=True) - counts
    without = np.asarray(value(rest.astype(np.float64)), dtype=np.float64)
    return np.asarray(math.sqrt((count - 1) / count) * (without.mean(axis=-1, keepdims=True) - without))


def added(parts: Sequence[Mapping[Hashable, Floats]], weights: Sequence[float] | Floats) -> dict[Hashable, Floats]:
    """The influence of a weighted sum of groups: what falls on the same examples is added up, the rest kept apart.

    Args:
        parts: influences of groups, see `Scores`.
        weights: one a group; groups of weight zero are left out.
    """
    total: dict[Hashable, Floats] = {}
    for part, weight in zip(parts, weights, strict=True):
        if weight:
            for name, influence in part.items():
                total[name] = total[name] + weight * influence if name in total else weight * influence
    return total


def _check(groups: Sequence[Counts], names: Sequence[Hashable]) -> None:
    if not groups:
        raise ValueError("there is no group to score")
    if len(names) != len(groups):
        raise ValueError(f"{len(groups)} groups need as many names of their examples, got {len(names)}")
    first = groups[0]
    sizes: dict[Hashable, int] = {}
    for place, (counts, name) in enumerate(zip(groups, names, strict=True)):
        if counts.ndim != 4 or (*counts.shape[:2], counts.shape[3]) != (*first.shape[:2], first.shape[3]):
            raise ValueError(f"group {place + 1} has counts {counts.shape}, group 1 {first.shape}; all but the number "
                             "of examples must be equal, (systems, repetitions, examples, counts)")
        if sizes.setdefault(name, counts.shape[2]) != counts.shape[2]:
            raise ValueError(f"group {place + 1} has {counts.shape[2]} examples, but shares those of a group with "
                             f"{sizes[name]} ({name!r})")
