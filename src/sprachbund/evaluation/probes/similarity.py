"""How near languages are to each other in a layer, and whether relatives are nearer than others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.intervals import LEVEL, Interval, percentile_interval
from sprachbund.statistics.resampling import RESAMPLES

Floats = NDArray[np.float64]


def language_similarity(centroids: NDArray[np.floating]) -> Floats:
    """Cosine similarity of languages' mean vectors, less the mean over languages.

    Without that mean all languages are alike: transformers' states share a large common vector.

    Args:
        centroids: (languages, width), two or more.

    Returns:
        (languages, languages), 1 on the diagonal; NaN in rows of a language that equals the mean.

    Raises:
        ValueError: a single language.
    """
    if len(centroids) < 2:
        raise ValueError("a single language is similar to nothing: give two or more")
    exact = np.asarray(centroids, dtype=np.float64)
    rows = exact - exact.mean(0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    tiny = lengths <= 1e-6 * np.linalg.norm(exact.mean(0))
    unit = np.where(tiny, np.nan, rows / np.where(tiny, 1, lengths))
    return np.asarray(unit @ unit.T)


@dataclass(frozen=True, slots=True)
class Contrast:
    """Similarity inside groups of languages against that across them.

    Args:
        within, across: mean over pairs of languages.
        difference: within minus across.
        interval: of the difference, languages redrawn.
        p: share of permutations of the group labels with at least that difference.
        pairs_within, pairs_across: number of pairs.
    """

    within: float
    across: float
    difference: float
    interval: Interval
    p: float
    pairs_within: int
    pairs_across: int


def contrast(
    similarity: Floats, groups: Sequence[str], *, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0
) -> Contrast | None:
    """Compare pairs of languages of one group (family, script) with pairs across groups.

    Args:
        similarity: (languages, languages), symmetric.
        groups: group of each language.
        level, resamples, seed: of the bootstrap over languages; as many permutations.

    Returns:
        The contrast, or None where there is no pair inside a group or none across.
    """
    same = np.equal.outer(np.array(groups), np.array(groups))
    upper = np.triu(np.ones_like(same), 1) & np.isfinite(similarity)
    inside, outside = upper & same, upper & ~same
    if not inside.any() or not outside.any():
        return None
    within, across = float(similarity[inside].mean()), float(similarity[outside].mean())
    rng = np.random.default_rng(derive_seed(seed, "languages"))
    known = np.where(np.isfinite(similarity), similarity, 0.0)
    draws = _redrawn(known, same, upper, resamples, rng)
    permuted = np.empty(resamples)
    for number in range(resamples):
        order = rng.permutation(len(groups))
        mixed = same[np.ix_(order, order)]
        permuted[number] = known[upper & mixed].mean() - known[upper & ~mixed].mean()
    p = (1 + int((permuted >= within - across - 1e-12).sum())) / (resamples + 1)
    method = f"percentile bootstrap over {len(groups)} languages, {resamples} resamples"
    interval = percentile_interval(draws, level=level, method=method)
    return Contrast(within, across, within - across, interval, p, int(inside.sum()), int(outside.sum()))


def _redrawn(
    similarity: Floats, same: NDArray[np.bool_], upper: NDArray[np.bool_], resamples: int, rng: np.random.Generator
) -> Floats:
    """Differences with languages drawn with replacement; a language is not compared with itself."""
    count = len(similarity)
    weights = rng.multinomial(count, np.full(count, 1 / count), size=resamples).astype(np.float64)
    differences = np.zeros(resamples)
    for sign, chosen in ((1, upper & same), (-1, upper & ~same)):
        pairs = weights @ chosen.astype(np.float64)
        total = weights @ np.where(chosen, similarity, 0.0)
        with np.errstate(invalid="ignore"):
            differences += sign * (total * weights).sum(1) / (pairs * weights).sum(1)
    return differences
