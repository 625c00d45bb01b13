"""Taking the mean of a language's sentences away (Libovický et al. 2020, 2004.05160)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.floating]

_ROUNDING = 1e-5  # what is left of equal rows when their mean is taken away, against that mean


def centred(rows: Rows) -> Rows:
    """Rows (n, width) less their mean, which for the sentences of one language is the language's own vector.

    Raises:
        ValueError: a single row, which centring would turn into zeros.
    """
    if len(rows) < 2:
        raise ValueError("centring takes the mean of a language's sentences away: it needs two sentences or more, "
                         f"got {len(rows)}")
    return less(rows, rows.mean(0))


def less(rows: Rows, means: Rows) -> Rows:
    """Rows (n, width) less one mean (width,), or one each (n, width); what is only rounding becomes zero.

    The first piece's embedding is the same in every sentence: its rounding would tell languages apart.
    """
    left = rows - means
    lengths = np.linalg.norm(left, axis=-1, keepdims=True)
    return np.asarray(np.where(lengths <= _ROUNDING * np.linalg.norm(means, axis=-1, keepdims=True), 0, left))
