"""How near languages are to each other in a layer; whether relatives are nearer, `results.probe_summary` says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
