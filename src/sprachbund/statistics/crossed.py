"""Scores of several systems under several repetitions (seeds) in several groups (languages), with their examples.

What is computed from scores by arithmetic (a difference of two systems, a gap between two groups, a mean)
is computed here for the scores and for the influence of every example alike, so pairing is kept:
two systems, or two seeds, that are scored on the same examples share the luck of these examples.
"""

from __future__ import annotations

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

    def merged(self, members: Sequence[Sequence[int]]) -> Scores:
        """Plain means of groups, such as variants folded into their language.

        Args:
            members: for each new group the places of its members.

        Raises:
            ValueError: a new group without members.
        """
        raise NotImplementedError


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
        raise NotImplementedError

    def difference(self, system: int, baseline: int) -> Scores:
        """A system minus the baseline, repetition by repetition and example by example."""
        raise NotImplementedError

    def contrast(self, weights: Sequence[float] | Floats) -> Scores:
        """A weighted sum of systems.

        Args:
            weights: (A,).

        Raises:
            ValueError: not one weight a system.
        """
        raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError
