"""Exact nearest neighbours by blocked matrix products, by cosine or by ratio margin.

The ratio margin (Artetxe and Schwenk 2019, 1811.01136, equations 2 and 3) divides the cosine of a pair by the mean
cosine of both sides with their k nearest neighbours on the other side: a sentence that is near to everything loses
what it would win by cosine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.evaluation.probes.retrieval import BLOCK, unit

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Neighbourhoods:
    """Mean cosine of each row with its k nearest on the other side.

    Args:
        first: (n,) of the first side's rows.
        second: (m,) of the second side's rows.
    """

    first: Floats
    second: Floats

    def ratio(self, cosines: Floats, rows: slice) -> Floats:
        """Cosines (rows, m) of some rows of the first side to margins; 0 where a neighbourhood is not positive."""
        means = (self.first[rows, None] + self.second[None]) / 2
        return np.divide(cosines, means, out=np.zeros_like(cosines), where=means > 0)


def neighbourhoods(first: NDArray[np.floating], second: NDArray[np.floating], k: int, *, block: int = BLOCK,
                   ) -> Neighbourhoods:
    """Mean cosines with the k nearest neighbours, or with all where there are fewer.

    Args:
        first, second: (n, width) and (m, width), of any length.
        k: at least 1.
        block: rows of a matrix product.
    """
    return Neighbourhoods(_means(first, second, k, block), _means(second, first, k, block))


def _means(rows: NDArray[np.floating], others: NDArray[np.floating], k: int, block: int) -> Floats:
    values, _ = nearest(rows, others, k, block=block)
    return np.asarray(values.mean(axis=1))


def nearest(
    queries: NDArray[np.floating], candidates: NDArray[np.floating], k: int, *,
    margins: Neighbourhoods | None = None, block: int = BLOCK,
) -> tuple[Floats, Places]:
    """The k best candidates of each query, best first, among all; equal ones in the order of their places.

    Args:
        queries: (n, width).
        candidates: (m, width).
        k: how many; all m where there are fewer.
        margins: rank by ratio margin with these neighbourhoods; None: by cosine.
        block: queries compared at a time.

    Returns:
        (n, k) scores and (n, k) places among the candidates.
    """
    k = min(k, len(candidates))
    scores, places = np.empty((len(queries), k)), np.empty((len(queries), k), dtype=np.int64)
    for rows, found in blocks(queries, candidates, block=block):
        if margins is not None:
            found = margins.ratio(found, rows)
        chosen = _best(found, k)
        places[rows] = chosen
        scores[rows] = np.take_along_axis(found, chosen, axis=1)
    return scores, places


def blocks(
    queries: NDArray[np.floating], candidates: NDArray[np.floating], *, block: int = BLOCK
) -> Iterator[tuple[slice, Floats]]:
    """Yield the cosines of some queries with all candidates, in double precision."""
    one, other = unit(queries), unit(candidates)
    for start in range(0, len(one), block):
        rows = slice(start, min(start + block, len(one)))
        yield rows, one[rows] @ other.T


def _best(scores: Floats, k: int) -> Places:
    """Places of the k largest of each row, best first; of equal ones the first, also where they stand at the border."""
    if k == scores.shape[1]:
        return np.argsort(-scores, axis=1, kind="stable")
    border = np.partition(scores, -k, axis=1)[:, -k, None]
    kept = scores >= border
    if kept.sum() > k * len(scores):  # equal ones at the border: the first of them
        level = scores == border
        room = k - (scores > border).sum(axis=1, keepdims=True)
        kept &= ~level | (np.cumsum(level, axis=1) <= room)
    places = np.nonzero(kept)[1].reshape(len(scores), k)
    order = np.argsort(-np.take_along_axis(scores, places, axis=1), axis=1, kind="stable")
    return np.take_along_axis(places, order, axis=1)
