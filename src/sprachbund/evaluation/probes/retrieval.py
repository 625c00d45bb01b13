"""Cross-lingual sentence retrieval: does a sentence's nearest neighbour in the other language translate it?

Cosine similarity over pooled states, in both directions, as in XTREME's Tatoeba task (2003.11080); with each side's
mean taken away first see `centring`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sprachbund.evaluation.probes.centring import Rows

Credits = NDArray[np.int64]

WHOLE = 1000
"""A found translation; where k neighbours are equally near, each has a k-th of it."""
BLOCK = 1024
_TIE = 1e-5  # similarities in single precision that differ by less are one


def found(queries: Rows, candidates: Rows, *, block: int = BLOCK) -> Credits:
    """For each query, whether its own candidate is the nearest one.

    Args:
        queries: (n, width).
        candidates: (n, width); row i is the translation of query i.
        block: queries compared at a time.

    Returns:
        (n,) `WHOLE` for a hit, 0 for a miss, and a share of `WHOLE` where others are equally near: vectors that are
        all the same (the first piece's embedding) find what guessing finds.

    Raises:
        ValueError: sides of different length.
    """
    if len(queries) != len(candidates):
        raise ValueError(f"{len(queries)} queries have {len(candidates)} candidates: translations stand row by row")
    asked, offered = _unit(queries), _unit(candidates)
    credits = np.zeros(len(queries), dtype=np.int64)
    for start in range(0, len(queries), block):
        similarity = asked[start : start + block] @ offered.T
        rows = np.arange(len(similarity))
        best = similarity.max(axis=1) - _TIE
        hit = similarity[rows, rows + start] >= best
        ties = (similarity >= best[:, None]).sum(axis=1)
        credits[start : start + block] = np.where(hit, WHOLE // ties, 0)
    return credits


def accuracy(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Per cent of the sentences found: (..., 2) sums of credits and of sentences to (...)."""
    return np.asarray(100 * sums[..., 0] / (WHOLE * sums[..., 1]))


def _unit(rows: Rows) -> Rows:
    """Rows of length one; zeros stay zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1))
