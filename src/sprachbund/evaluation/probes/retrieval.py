"""Cross-lingual sentence retrieval: does a sentence's nearest neighbour in the other language translate it?

Cosine similarity over pooled states, in both directions, as in XTREME's Tatoeba task (2003.11080); with each side's
mean taken away first see `centring`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sprachbund.evaluation.probes.centring import Rows

Credits = NDArray[np.int64]
Rescale = Callable[[NDArray[np.float64], slice], NDArray[np.float64]]

WHOLE = 1000
"""A found translation; where k neighbours are equally near, each has a k-th of it."""
BLOCK = 1024
_TIE = 1e-12  # vectors that differ by nothing but single precision's rounding


def found(
    first: Rows, second: Rows, *, block: int = BLOCK, rescale: Rescale | None = None
) -> tuple[Credits, Credits]:
    """For each row of either side, whether its translation is its nearest neighbour on the other side.

    In double precision: where states share a large common vector, as the first pieces of middle layers do,
    cosines differ in the sixth digit and later.

    Args:
        first, second: (n, width) each; rows of one number are translations.
        block: rows of the first side compared at a time.
        rescale: turns cosines (rows, n) of some rows of the first side into what is compared (a margin); None:
            cosines are.

    Returns:
        (n,) of the first side's rows and (n,) of the second side's: `WHOLE` for a hit, 0 for a miss, and a share of
        `WHOLE` where others are equally near: vectors that are all the same (the first piece's embedding) find
        what guessing finds.

    Raises:
        ValueError: sides of different length.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} rows have {len(second)} translations: they stand row by row")
    one, other, count = unit(first), unit(second), len(first)
    forward = np.zeros(count, dtype=np.int64)
    own = np.einsum("ne,ne->n", one, other)
    best, ties = np.full(count, -np.inf), np.zeros(count, dtype=np.int64)
    for start in range(0, count, block):
        similarity = one[start : start + block] @ other.T
        rows = slice(start, start + len(similarity))
        similarity[np.arange(len(similarity)), np.arange(count)[rows]] = own[rows]
        if rescale is not None:
            similarity = rescale(similarity, rows)
            own[rows] = similarity[np.arange(len(similarity)), np.arange(count)[rows]]
        forward[rows] = _credits(own[rows], similarity.max(axis=1), _near(similarity, axis=1))
        highest, near = similarity.max(axis=0), _near(similarity, axis=0)
        above, level = highest > best + _TIE, np.abs(highest - best) <= _TIE
        ties = np.where(above, near, ties + np.where(level, near, 0))
        best = np.maximum(best, highest)
    return forward, _credits(own, best, ties)


def _near(similarity: NDArray[np.float64], axis: int) -> Credits:
    """How many are as near as the nearest."""
    return np.asarray((similarity >= similarity.max(axis=axis, keepdims=True) - _TIE).sum(axis=axis))


def _credits(own: NDArray[np.float64], best: NDArray[np.float64], ties: Credits) -> Credits:
    return np.asarray(np.where(own >= best - _TIE, WHOLE // np.maximum(ties, 1), 0), dtype=np.int64)


def accuracy(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Per cent of the sentences found: (..., 2) sums of credits and of sentences to (...)."""
    return np.asarray(100 * sums[..., 0] / (WHOLE * sums[..., 1]))


def unit(rows: Rows) -> NDArray[np.float64]:
    """Rows of length one, in double precision; zeros stay zero."""
    exact = np.asarray(rows, dtype=np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    return np.asarray(exact / np.where(lengths > 0, lengths, 1))
