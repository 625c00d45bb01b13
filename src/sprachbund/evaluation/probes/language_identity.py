"""How well a language can be told from the states of its sentences: a linear probe on pooled vectors.

High before centring and near chance after it means that a language lives in one vector that can be taken away
(Libovický et al. 2020, 2004.05160).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sprachbund.evaluation.probes.centring import less
from sprachbund.evaluation.probes.discriminant import Floats, Moments, Rows, moments_of, train_probe
from sprachbund.evaluation.probes.nullspace import without

FOLDS = 2


def told_apart(rows: Rows, languages: NDArray[np.integer], *, centre: bool) -> NDArray[np.int64]:
    """For each sentence, whether a probe that was trained on the other half of each language names its language.

    Args:
        rows: (n, width) pooled vectors.
        languages: (n,) number of each sentence's language, from 0; every language has two sentences or more.
        centre: take each language's mean over the training half away, from both halves.

    Returns:
        (n,) 1 where the language was told, else 0.

    Raises:
        ValueError: fewer than two languages, or a language with a single sentence.
    """
    count = int(languages.max(initial=-1)) + 1
    sizes = np.bincount(languages, minlength=count)
    if count < 2 or sizes.min() < FOLDS:
        raise ValueError(f"telling languages apart needs two languages with {FOLDS} sentences or more each, got "
                         f"{count} with {sizes.tolist()}")
    fold = folds(languages)
    told = np.zeros(len(rows), dtype=np.int64)
    for held_out in range(FOLDS):
        train, test = fold != held_out, fold == held_out
        moments = moments_of(rows[train], languages[train], count)
        means = moments.class_means.astype(rows.dtype)
        if centre:
            moments = moments_of(less(rows[train], means[languages[train]]), languages[train], count)
        asked = less(rows[test], means[languages[test]]) if centre else rows[test]
        told[test] = train_probe(moments).classify(asked) == languages[test]
    return told


def told_apart_without(
    moments: Moments, basis: Floats, rows: Rows, languages: NDArray[np.integer]
) -> NDArray[np.int64]:
    """The same after a subspace was taken out, by a probe trained again on what is left.

    Args:
        moments: of the training half, whole.
        basis: (width, rank) orthonormal; rank 0 takes nothing out.
        rows, languages: of the other half.

    Returns:
        (n,) 1 where the language was told, else 0.
    """
    probe = train_probe(moments.projected(basis))
    return np.asarray(probe.classify(without(rows, basis)) == languages, dtype=np.int64)


def folds(languages: NDArray[np.integer]) -> NDArray[np.int64]:
    """(n,) 0 and 1 in turn within each language."""
    fold = np.zeros(len(languages), dtype=np.int64)
    for language in np.unique(languages):
        here = np.flatnonzero(languages == language)
        fold[here] = np.arange(len(here)) % FOLDS
    return fold
