"""Iterative null-space projection: the subspace that tells classes apart, found round by round, and taken out.

Ravfogel et al. 2020 (2004.07667), algorithm 1: train a linear classifier, project its directions out, train the next
one on what is left, until as many dimensions are gone as wanted. The classifier is linear discriminant
analysis, so that every round works on the moments of the states and no state is kept.
"""

from __future__ import annotations

import numpy as np

from sprachbund.core.seeds import derive_seed
from sprachbund.evaluation.probes.discriminant import Floats, Moments, Rows, directions


def class_subspace(moments: Moments, rank: int) -> Floats:
    """The subspace that tells the classes of some rows apart; classes - 1 directions a round.

    Args:
        moments: of the rows.
        rank: dimensions wanted.

    Returns:
        (width, k) orthonormal; k < rank where nothing more tells the classes apart.
    """
    present = int((moments.counts > 0).sum())
    return subspace(moments.within, moments.between, rank, max(present - 1, 1), moments.rows)


def pair_subspace(first: Rows, second: Rows, rank: int) -> Floats:
    """The subspace by which a row finds its partner: each pair is a class of two rows.

    The within-class covariance of two rows is a quarter of that of their difference, and the class mean is their
    mean; both sides are centred first, so that what parts the sides does not count.

    Args:
        first, second: (pairs, width), row by row translations of each other.
        rank: dimensions wanted.

    Returns:
        (width, k) orthonormal.
    """
    one = np.asarray(first - first.mean(0), dtype=np.float64)
    other = np.asarray(second - second.mean(0), dtype=np.float64)
    count = len(one)
    within = (one - other).T @ (one - other) / (4 * count)
    between = (one + other).T @ (one + other) / (4 * count)
    return subspace(within, between, rank, rank, 2.0 * count)


def subspace(within: Floats, between: Floats, rank: int, per_round: int, rows: float) -> Floats:
    """The rounds themselves.

    Args:
        within, between: (width, width) covariances within and between classes.
        rank: dimensions wanted.
        per_round: directions of one classifier.
        rows: how many rows the covariances were made of.

    Returns:
        (width, k) orthonormal, the directions of the first round first.

    Raises:
        ValueError: a rank that is not between 1 and the width less one.
    """
    width = len(within)
    if not 1 <= rank < width:
        raise ValueError(f"a subspace to take out of {width} dimensions has 1 to {width - 1}, got {rank}")
    basis = np.zeros((width, 0))
    whole = float(np.trace(between))
    while basis.shape[1] < rank:
        left = np.linalg.qr(basis, mode="complete")[0][:, basis.shape[1]:]
        remaining = left.T @ between @ left
        if np.trace(remaining) <= 1e-9 * whole:
            break
        found = directions(left.T @ within @ left, remaining, min(per_round, rank - basis.shape[1]), rows)
        if not found.shape[1]:
            break
        basis = np.concatenate((basis, left @ found), axis=1)
    return basis


def random_subspace(width: int, rank: int, seed: int) -> Floats:
    """A subspace drawn evenly from all of its rank: what taking out any so many dimensions costs."""
    drawn = np.random.default_rng(derive_seed(seed, "random subspace")).standard_normal((width, rank))
    return np.linalg.qr(drawn)[0]


def without(rows: Rows, basis: Floats) -> Rows:
    """Rows (n, width) without their part in a subspace, in the rows' own number format."""
    narrow = basis.astype(rows.dtype)
    return np.asarray(rows - (rows @ narrow) @ narrow.T)


def variance_share(covariance: Floats, basis: Floats) -> float:
    """The share of all variance that lies in a subspace, 0 to 1."""
    return float(np.trace(basis.T @ covariance @ basis) / max(float(np.trace(covariance)), 1e-300))
