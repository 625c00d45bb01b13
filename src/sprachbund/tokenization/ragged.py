"""Rows of different lengths in one flat array: row `i` is `flat[offsets[i]:offsets[i + 1]]`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def offsets_of(lengths: NDArray[np.integer]) -> Integers:
    """Return the (rows + 1) offsets of rows with these lengths.

    >>> offsets_of(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def ragged_index(starts: NDArray[np.integer], lengths: NDArray[np.integer]) -> Integers:
    """Return the flat indices of the slices `starts[i] : starts[i] + lengths[i]`, one after another.

    >>> ragged_index(np.array([10, 5]), np.array([2, 3])).tolist()
    [10, 11, 5, 6, 7]
    """
    offsets = offsets_of(lengths)
    return np.arange(offsets[-1], dtype=np.int64) + np.repeat(starts - offsets[:-1], lengths)
