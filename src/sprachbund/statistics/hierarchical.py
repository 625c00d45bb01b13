"""The hierarchical bootstrap: clusters, groups within them, examples within these, all crossed with repetitions."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.repetitions import Floats


def hierarchical_draws(draws: Floats, *, clusters: Sequence[Hashable] | None = None, seed: int = 0) -> Floats:
    """Draws of the mean over groups and repetitions, every level redrawn with replacement.

    As many repetitions, clusters, and groups in each drawn cluster are drawn as there are (Davison and
    Hinkley 1997, 3.8, whose first strategy redraws both levels). A group that is drawn twice has other
    examples each time. Percentiles of these draws cover too seldom where repetitions or clusters are
    few, since a bootstrap of S units understates their variance by (S - 1) / S and has no t tails: use
    `means.mean_estimate` for an interval, and this to look at the shape of a distribution or to check.

    Args:
        draws: (G, S, R) scores or differences of each group and repetition on resampled examples, as
            `resampling.resampled_scores` makes them.
        clusters: for each group its cluster; None: the groups are fixed, and only repetitions and
            examples are redrawn.
        seed: of the draws.

    Returns:
        (R,).

    Raises:
        ValueError: not a label a group.
    """
    groups, repetitions, count = draws.shape
    rng = np.random.default_rng(derive_seed(seed, "hierarchy"))
    weights = rng.multinomial(repetitions, np.full(repetitions, 1 / repetitions), size=count).T / repetitions
    if clusters is None:
        return np.asarray(np.einsum("gsr,sr->r", draws, weights) / groups)
    if len(clusters) != groups:
        raise ValueError(f"{groups} groups need as many clusters, got {len(clusters)}")
    members: dict[Hashable, list[int]] = {}
    for place, name in enumerate(clusters):
        members.setdefault(name, []).append(place)
    sizes: NDArray[np.intp] = np.array([len(places) for places in members.values()], dtype=np.intp)
    table = np.zeros((len(sizes), int(sizes.max())), dtype=np.intp)
    for row, places in enumerate(members.values()):
        table[row, : len(places)] = places
    drawn: NDArray[np.int64] = rng.integers(0, len(sizes), size=(count, len(sizes)))
    # One entry for every group in every drawn cluster of every draw.
    own = np.repeat(drawn.ravel(), sizes[drawn].ravel())
    draw = np.repeat(np.arange(count), sizes[drawn].sum(axis=1))
    group = table[own, (rng.random(len(own)) * sizes[own]).astype(np.intp)]
    examples: NDArray[np.int64] = rng.integers(0, count, size=(len(own),))
    values = np.einsum("is,is->i", draws[group, :, examples], weights.T[draw])
    return np.asarray(np.bincount(draw, values, minlength=count) / np.bincount(draw, minlength=count))
