"""The mean over groups (languages) of a quantity that was measured with few repetitions (seeds).

Two targets of inference, which must not be mixed up (fixed and random effects: Searle, Casella and
McCulloch 1992, chapter 1; for languages as a sample, Clark 1973):

- `these groups`: the languages are the ones that are named, and nothing is said of others. What is
  uncertain is which examples were drawn and which seeds were used.
- `groups like these`: families and languages are a sample; the interval speaks of the mean over
  languages that might have been drawn in their place. It is wider.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sprachbund.statistics.crossed import Scores, added
from sprachbund.statistics.drawn_groups import drawn_variance
from sprachbund.statistics.intervals import LEVEL, Interval, check_level
from sprachbund.statistics.repetitions import Floats
from sprachbund.statistics.t_sums import Source, satterthwaite, sum_quantile, sum_tail

Scope = Literal["these groups", "groups like these"]


@dataclass(frozen=True, slots=True)
class VarianceParts:
    """What the variance of the mean is made of; each part as it stands in the mean (divided already).

    Args:
        count: number of repetitions S.
        repetitions: by the choice of repetitions, with S - 1 degrees of freedom; goes with 1 / S. What
            a repetition does to single examples is in it, and for these groups what it does to single
            groups.
        examples: by the choice of examples; more repetitions do not lessen it. Where groups are drawn
            only what examples do to several groups at once; the rest is a part of `groups`.
        examples_degrees: of freedom of `examples`.
        groups: by the choice of groups and clusters; 0 for these groups.
        groups_degrees: of freedom of `groups`.
        fading: what in `groups` goes with 1 / S.
    """

    count: int
    repetitions: float = 0.0
    examples: float = 0.0
    examples_degrees: float = math.inf
    groups: float = 0.0
    groups_degrees: float = math.inf
    fading: float = 0.0

    @property
    def sources(self) -> tuple[Source, ...]:
        """Variance and degrees of freedom of each part."""
        return ((self.repetitions, float(max(self.count - 1, 1))), (self.examples, self.examples_degrees),
                (self.groups, self.groups_degrees))

    @property
    def standard_error(self) -> float:
        """Root of the sum."""
        return math.sqrt(self.repetitions + self.examples + self.groups)

    def with_repetitions(self, count: int) -> VarianceParts:
        """The parts as they are expected with another number of repetitions.

        Raises:
            ValueError: there is one repetition only, so that nothing is known of them, or fewer than two
                are asked for.
        """
        if self.count < 2 or count < 2:
            raise ValueError(f"cannot tell from {self.count} repetitions what {count} would show; two are the least")
        share = self.count / count
        return replace(self, count=count, repetitions=self.repetitions * share,
                       groups=self.groups - self.fading * (1 - share), fading=self.fading * share)


@dataclass(frozen=True, slots=True)
class MeanEstimate:
    """A mean over groups and repetitions with what may be said of it.

    Args:
        mean: in the unit of the scores.
        interval: its method says how it was made and of what it speaks.
        p_value: two-sided, of a mean of zero; agrees with the interval.
        standard_error: root of the sum of the parts.
        degrees: Satterthwaite's degrees of freedom, to tell how well the standard error is known;
            infinite where every part is known well.
        parts: of the variance.
        repetitions: S.
        scope: what the interval speaks of.
    """

    mean: float
    interval: Interval
    p_value: float
    standard_error: float
    degrees: float
    parts: VarianceParts
    repetitions: int
    scope: Scope


def mean_estimate(
    scores: Scores,
    *,
    weights: Sequence[float] | Floats | None = None,
    clusters: Sequence[Hashable] | None = None,
    scope: Scope = "these groups",
    level: float = LEVEL,
) -> MeanEstimate:
    """The mean over groups and repetitions, its interval and p-value.

    For these groups the variance has two parts, for seeds and for examples,

        V = M / S + E,    M = variance between the S repetitions' means, E = covariance over examples
                          of two repetitions' means

    M has S - 1 degrees of freedom, and contains what is particular to an example under a seed; E is
    what all seeds owe to the same examples, by the jackknife. For groups like these, the parts are those
    of `drawn_groups.drawn_variance`; examples are contained in the part of the groups, save what groups
    that are translations of one another share. The parts are put together as in `t_sums`: a sum of
    Student's t variables, one a part.

    With one repetition there is nothing known of seeds: the interval leaves them out and its method
    says so.

    Args:
        scores: of one quantity; for a paired comparison `SystemScores.difference`.
        weights: (G,) of the groups in the sum, default 1 / G each (the plain mean); a gap between a
            source and its targets has weights 1 and -1 / (G - 1). Only for these groups.
        clusters: for each group its cluster (family); default: every group is its own. Ignored for
            these groups.
        scope: of what the interval speaks.
        level: such as 0.95.

    Raises:
        ValueError: lengths that differ, fewer than two clusters or weights where groups are drawn, a
            level outside of (0, 1).
    """
    check_level(level)
    repetitions, groups = scores.values.shape
    given = np.full(groups, 1 / groups) if weights is None else np.asarray(weights, dtype=np.float64)
    if given.shape != (groups,):
        raise ValueError(f"{groups} groups need as many weights, got the shape {given.shape}")
    rows = scores.values @ given
    if scope == "these groups":
        parts = _of_these(rows, scores, given)
    elif weights is None:
        parts = _of_others(scores, range(groups) if clusters is None else clusters)
    else:
        raise ValueError("where groups are drawn they weigh alike; merge groups first, or ask about these groups")
    mean = float(rows.mean())
    half = sum_quantile((1 + level) / 2, parts.sources)
    told = _method(scope, repetitions, bool(scores.influence), clusters is not None)
    return MeanEstimate(mean, Interval(mean - half, mean + half, level, told), sum_tail(mean, parts.sources),
                        parts.standard_error, satterthwaite(parts.sources), parts, repetitions, scope)


def _of_these(rows: Floats, scores: Scores, weights: Floats) -> VarianceParts:
    """Parts of the variance of the mean of (S,) rows for these groups."""
    examples, degrees = _by_examples(added(scores.influence, weights).values() if scores.influence else ())
    between = float(rows.var(ddof=1)) / len(rows) if len(rows) > 1 else 0.0
    return VarianceParts(len(rows), between, examples, degrees)


def _of_others(scores: Scores, clusters: Sequence[Hashable]) -> VarianceParts:
    """Parts for groups like these.

    What examples do to one group is part of the groups' own variance. What they do to several at once,
    where groups are translations of one test set, does not show between groups, and is added.
    """
    drawn = drawn_variance(scores.values, clusters)
    shared, degrees = 0.0, math.inf
    if len({name for part in scores.influence for name in part}) < sum(map(len, scores.influence)):
        weights = np.full(len(scores.influence), 1 / len(scores.influence))
        together, degrees = _by_examples(added(scores.influence, weights).values())
        alone = sum(_by_examples(part.values())[0] for part in scores.influence) / len(scores.influence) ** 2
        shared = max(together - alone, 0.0)
    return VarianceParts(len(scores.values), drawn.shared, shared, degrees, drawn.between, drawn.degrees, drawn.fading)


def _by_examples(influences: Iterable[Floats]) -> Source:
    """The variance that examples give a mean over repetitions, from influences (S, n), and its degrees of freedom.

    With several repetitions only what they have in common: the rest is in the variance between them.
    """
    total = noise = 0.0
    for influence in influences:
        repetitions, examples = influence.shape
        part = float((influence.mean(axis=0) ** 2).sum())
        noise += part**2 / (examples - 1)
        if repetitions > 1:
            alone = float((influence**2).sum()) / repetitions
            part = (repetitions * part - alone) / (repetitions - 1)
        total += part
    if math.isnan(total):
        return math.nan, math.inf
    return (total, max(1.0, total**2 / noise)) if total > 0 else (0.0, math.inf)


def _method(scope: Scope, repetitions: int, examples: bool, clusters: bool) -> str:
    """Say in words how the interval was made, and of what it speaks."""
    units = [f"Student's t over {repetitions} repetitions"] if repetitions > 1 else []
    if scope == "these groups":
        units += ["jackknife over examples"] if examples else []
    else:
        units += ["Student's t over clusters and groups" if clusters else "Student's t over groups"]
    how = " and ".join(units) or "no interval: nothing varies"
    one = "; one repetition: what another would change is not in it" if repetitions == 1 else ""
    return f"{how}, for {scope}{one}"
