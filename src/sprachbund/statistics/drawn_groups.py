"""Variance of a mean over groups in clusters, crossed with repetitions, where all of these are samples.

The model of a table of repetitions s and groups g in clusters f:

    value = mean + cluster_f + group_g + repetition_s + (repetition x cluster)_sf + (repetition x group)_sg

The variance of the table's mean is that of its G column means' mean, which holds everything but the
part of the repetitions that all groups share, plus that part:

    V = [K (cluster + rc / S) + (group + rg / S) / G] + repetition / S,    K = sum over clusters of (n_f / G)²

Either summand is estimated by moments of a nested unbalanced layout, from column means and from what
is left when row and column means are taken out (Searle, Casella and McCulloch 1992, chapter 5 and
11.3). The groups' component is the mean square within clusters; the clusters' comes from

    Q = sum over clusters of w_f (m_f - m)²,    m = sum of w_f m_f,    w_f proportional to 1 / (RATIO + 1 / n_f)

with cluster means m_f. These weights are the best where the clusters' component is RATIO times the
groups'; unbiased they are everywhere. The classical mean square between clusters (RATIO 0) lets one
large family decide: with 14 of 32 languages in one family it has 6 degrees of freedom, this 9.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.statistics.repetitions import Floats

RATIO = 0.2


@dataclass(frozen=True, slots=True)
class DrawnVariance:
    """Variance of the mean of a table, in two parts that are estimated independently.

    Args:
        between: of column means: clusters, groups, and what repetitions do to single ones of them.
        degrees: of freedom of `between`, as if clusters alone differed.
        fading: what in `between` goes with 1 / S.
        shared: what repetitions do to all groups alike; goes with 1 / S, with S - 1 degrees of freedom.
    """

    between: float
    degrees: float
    fading: float
    shared: float


def drawn_variance(values: Floats, clusters: Sequence[Hashable]) -> DrawnVariance:
    """Estimate the variance of `values.mean()` where repetitions, groups and clusters are drawn.

    Components are at least zero; where clusters would come out below zero, groups count as drawn one
    by one. So where clusters do not matter the variance comes out too large more often than too small.

    Args:
        values: (S, G); S = 1 leaves `fading` and `shared` at zero.
        clusters: G labels.

    Raises:
        ValueError: not a label a group, or fewer than two clusters.
    """
    layout = Layout(clusters, values.shape[1])
    repetitions = len(values)
    columns = values.mean(axis=0)
    between = layout.variance(columns[None])
    if repetitions == 1:
        return DrawnVariance(between, layout.degrees, 0.0, 0.0)
    left = values - columns
    rows = left.mean(axis=1, keepdims=True)
    # What a repetition does to single groups and clusters, in the mean of one row.
    own = layout.variance(left - rows, repetitions - 1)
    shared = max(float(rows.var(ddof=1)) - own, 0.0) / repetitions
    return DrawnVariance(between, layout.degrees, min(own / repetitions, between), shared)


class Layout:
    """Groups in clusters: quadratic forms of vectors over groups, and what they are expected to be.

    Args:
        clusters: a label for each group.
        groups: G.

    Attributes:
        degrees: of freedom of `variance` if clusters alone differed.

    Raises:
        ValueError: not a label a group, or fewer than two clusters.
    """

    def __init__(self, clusters: Sequence[Hashable], groups: int) -> None:
        if len(clusters) != groups:
            raise ValueError(f"{groups} groups need as many clusters, got {len(clusters)}")
        known = {name: place for place, name in enumerate(dict.fromkeys(clusters))}
        if len(known) < 2:
            raise ValueError("groups like these are drawn from two clusters or more, got one")
        member = np.zeros((len(known), groups))
        member[[known[name] for name in clusters], np.arange(groups)] = 1.0
        sizes = member.sum(axis=1)
        means = member / sizes[:, None]
        weights = 1 / (RATIO + 1 / sizes)
        weights /= weights.sum()
        form = np.diag(weights) - np.outer(weights, weights)
        self._groups, self._loose = groups, groups - len(known)
        self._within = np.eye(groups) - member.T @ means
        self._between = means.T @ form @ means
        self._of_cluster, self._of_group = float(np.trace(form)), float((np.diag(form) / sizes).sum())
        self._share = float(((sizes / groups) ** 2).sum())
        self.degrees = self._of_cluster**2 / float((form**2).sum())

    def variance(self, vectors: Floats, degrees: int = 1) -> float:
        """Variance of the mean over groups of a vector.

        Args:
            vectors: (m, G), among which `degrees` are independent.
            degrees: of freedom of the vectors.
        """
        centred = vectors - vectors.mean(axis=1, keepdims=True)
        alone = float((centred**2).sum()) / degrees / (self._groups - 1) / self._groups
        if not self._loose:
            return alone
        group = float(np.einsum("mg,gh,mh->", vectors, self._within, vectors)) / degrees / self._loose
        between = float(np.einsum("mg,gh,mh->", vectors, self._between, vectors)) / degrees
        cluster = (between - self._of_group * group) / self._of_cluster
        return self._share * cluster + group / self._groups if cluster > 0 else alone
