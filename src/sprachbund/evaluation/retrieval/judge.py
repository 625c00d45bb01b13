"""Ranks to per-query counts: nearest neighbours of parallel sentences, average precision in a pool of candidates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sprachbund.evaluation.probes.retrieval import WHOLE, found
from sprachbund.evaluation.retrieval.search import nearest, neighbourhoods
from sprachbund.metrics.ranking import CUTOFF, MILLION, average_precision

Counts = NDArray[np.int64]


def parallel_counts(
    sentences: NDArray[np.floating], translations: NDArray[np.floating], *, neighbours: int | None
) -> tuple[Counts, Counts]:
    """Whether each sentence finds its translation, and each translation its sentence.

    Args:
        sentences, translations: (n, width); rows of one number belong together.
        neighbours: of the ratio margin; None: cosine.

    Returns:
        (n, 2) of the sentences and (n, 2) of the translations: credits and `WHOLE`.
    """
    rescale = None if neighbours is None else neighbourhoods(sentences, translations, neighbours).ratio
    ahead, back = found(sentences, translations, rescale=rescale)
    whole = np.full(len(ahead), WHOLE)
    return np.stack([ahead, whole], axis=1), np.stack([back, whole], axis=1)


def pool_counts(
    queries: NDArray[np.floating], candidates: NDArray[np.floating], right: Sequence[Sequence[int]], *,
    neighbours: int | None,
) -> Counts:
    """Average precision at 20 of each query.

    Args:
        queries: (n, width).
        candidates: (m, width), the pool.
        right: for each query the places of its right candidates, at least one.
        neighbours: of the ratio margin; None: cosine.

    Returns:
        (n, 2): average precision in millionths, and a million.
    """
    margins = None if neighbours is None else neighbourhoods(queries, candidates, neighbours)
    _, places = nearest(queries, candidates, CUTOFF, margins=margins)
    hits = np.array([np.isin(row, own) for row, own in zip(places, right, strict=True)]).reshape(places.shape)
    if places.shape[1] < CUTOFF:  # a small pool: ranks that nothing stands at
        hits = np.pad(hits, ((0, 0), (0, CUTOFF - places.shape[1])))
    precision = average_precision(hits, np.array([len(set(own)) for own in right]))
    return np.stack([np.rint(MILLION * precision).astype(np.int64), np.full(len(queries), MILLION)], axis=1)
