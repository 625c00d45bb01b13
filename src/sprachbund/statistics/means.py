"""The mean over groups (languages) of a quantity that was measured with few repetitions (seeds).

Two targets of inference, which must not be mixed up (Cohen 1964; Dror et al. 2017 for many data sets):

- `these groups`: the languages are the ones that are named, and nothing is said of others. What is
  uncertain is which examples were drawn and which seeds were used.
- `groups like these`: families and languages are a sample; the interval speaks of the mean over
  languages that might have been drawn in their place. It is wider.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from sprachbund.statistics.crossed import Scores
from sprachbund.statistics.intervals import LEVEL, Interval
from sprachbund.statistics.repetitions import Floats

Scope = Literal["these groups", "groups like these"]


@dataclass(frozen=True, slots=True)
class VarianceParts:
    """What the variance of the mean is made of, each part as it stands in the mean (divided already).

    Args:
        repetitions: by seeds, S of them; goes with 1 / S. What a seed does to single examples, and to
            single groups, is in it.
        examples: by the choice of examples; more seeds do not lessen it. 0 where groups are drawn,
            since it is then a part of `groups`.
        groups: by the choice of groups and clusters; 0 for `these groups`.
    """

    repetitions: float
    examples: float
    groups: float


@dataclass(frozen=True, slots=True)
class MeanEstimate:
    """A mean over groups and repetitions with what may be said of it.

    Args:
        mean: in the unit of the scores.
        interval: t interval; its method says how it was made and of what it speaks.
        p_value: two-sided, of a mean of zero, by the same t.
        standard_error: root of the sum of the parts.
        degrees: of freedom of the t (Satterthwaite); infinite where every part is known well.
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
    what all seeds owe to the same examples, by the jackknife. For groups like these, components of
    variance for clusters, groups within clusters, repetitions, and repetitions within clusters and
    groups are estimated by moments from the (S, G) table (Searle, Casella and McCulloch 1992, 5.3);
    examples are contained in the component of the groups. The degrees of freedom of V are
    Satterthwaite's (1946), 2 V² / Var(V).

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
    raise NotImplementedError
