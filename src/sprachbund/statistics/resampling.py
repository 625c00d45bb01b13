"""Bootstrap draws of scores that are computed from summable counts.

Per example there is a row of K counts; a score is a function of their sum. A resample draws n of n
examples with replacement, so its sum is `weights @ counts` with weights that count how often each
example was drawn (Efron and Tibshirani 1993, chapter 6).

Draws depend on the seed, the group's name and its number of examples only: two systems scored on the
same examples meet the same resamples, and a group's draws do not change with the groups beside it.
So differences and averages of draws, resample by resample, are draws of the difference and average.
Seeds are kept apart (axis S) until an interval or a p-value is asked for; see `repetitions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.repetitions import Floats

Counts = NDArray[np.int64]
Value = Callable[[Floats], Floats]
"""Sums (..., K) to scores (...)."""

RESAMPLES = 2000
_DRAWS_AT_ONCE = 2**20  # about 20 MB, whatever the number of examples
_EXACT_IN_FLOAT32 = 2**24
_FEW_COLUMNS = 64


def observed_scores(counts: Counts, value: Value) -> Floats:
    """The scores as they were observed, one a repetition.

    Args:
        counts: (..., S, n, K), or (n, K) for one repetition.
        value: sums to scores.

    Returns:
        (..., S), or (1,).
    """
    sums = _with_repetitions(counts).sum(axis=-2, dtype=np.float64)
    return np.asarray(value(sums), dtype=np.float64)


def resampled_scores(
    groups: Sequence[Counts],
    value: Value,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    names: Sequence[str] | None = None,
) -> Floats:
    """Draw bootstrap scores of each group.

    Args:
        groups: for each of G groups (languages) counts (..., S, n, K) of S repetitions (seeds) over the
            same examples, or (n, K) for one repetition; n may differ between groups. Repetitions and
            leading axes (systems) meet the same resamples.
        value: sums (..., K) to scores (...).
        resamples: R.
        seed: root of the random streams.
        names: a name for each group, from which its stream is derived; default: its position.

    Returns:
        (G, ..., S, R) scores; NaN where a resample holds nothing to count.

    Raises:
        ValueError: no group, a group without examples, or groups of unequal shape (n apart).
    """
    if resamples < 1:
        raise ValueError(f"resamples is at least 1, got {resamples}")
    shaped = [_with_repetitions(counts) for counts in groups]
    titles = [str(position) for position in range(len(shaped))] if names is None else list(names)
    _check(shaped, titles)
    scores = np.empty((len(shaped), *shaped[0].shape[:-2], resamples))
    for group, (counts, title) in enumerate(zip(shaped, titles, strict=True)):
        done = 0
        for sums in _resampled_sums(counts, resamples, derive_seed(seed, "examples", title)):
            scores[group, ..., done : done + len(sums)] = np.moveaxis(np.asarray(value(sums)), 0, -1)
            done += len(sums)
    return scores


def resampled_groups(observed: Floats, *, resamples: int = RESAMPLES, seed: int = 0) -> Floats:
    """Draws of the mean over groups, where the groups stand for others like them.

    The mean of the draws of fixed groups gives an interval that speaks of those groups alone; here the
    groups are redrawn instead, and not the examples within them, since what a group's score owes to
    its examples is already in the spread between groups (Davison and Hinkley 1997, 3.8). G - 1 of G
    groups are drawn: a bootstrap that draws G of G understates the variance of few units by (G - 1) / G
    (Rao and Wu 1988). Groups of one cluster (languages of a family) count as independent here, and
    percentiles of few units have no t tails: for an interval of a mean use `means.mean_estimate`.

    Args:
        observed: (G, ...) scores or differences as observed, such as (G, S).
        resamples: R.
        seed: of the draws.

    Returns:
        (..., R).

    Raises:
        ValueError: fewer than two groups.
    """
    count = len(observed)
    if count < 2:
        raise ValueError(f"a sample of groups has two or more, got {count}")
    rng = np.random.default_rng(derive_seed(seed, "groups"))
    weights = rng.multinomial(count - 1, np.full(count, 1 / count), size=resamples) / (count - 1)
    return np.asarray(np.moveaxis(np.asarray(observed, dtype=np.float64), 0, -1) @ weights.T)


def _with_repetitions(counts: Counts) -> Counts:
    array = np.asarray(counts)
    if array.ndim < 2:
        raise ValueError(f"counts are (n, K) or (..., S, n, K), got the shape {array.shape}")
    return array[None] if array.ndim == 2 else array


def _check(groups: Sequence[Counts], names: Sequence[str]) -> None:
    if not groups:
        raise ValueError("there is no group to resample")
    if len(names) != len(groups) or len(set(names)) != len(names):
        raise ValueError(f"{len(groups)} groups need as many different names, got {list(names)}")
    expected = (*groups[0].shape[:-2], groups[0].shape[-1])
    for counts, name in zip(groups, names, strict=True):
        if counts.shape[-2] == 0:
            raise ValueError(f"group {name!r} has no example")
        if (*counts.shape[:-2], counts.shape[-1]) != expected:
            raise ValueError(f"group {name!r} has counts {counts.shape}, group {names[0]!r} {groups[0].shape}; "
                             "all but the number of examples must be equal")


def _resampled_sums(counts: Counts, resamples: int, seed: int) -> Iterator[Floats]:
    """Sums of resamples in chunks of (r, ..., S, K)."""
    n, columns = counts.shape[-2:]
    # Sums of integers below 2^24 are exact in float32, in whatever order a matrix product adds them.
    exact = n * int(np.abs(counts).max(initial=0)) < _EXACT_IN_FLOAT32
    kind = np.dtype(np.float32 if exact else np.float64)
    flat = np.ascontiguousarray(np.moveaxis(counts, -2, -1).reshape(-1, n), dtype=kind)
    rng = np.random.default_rng(seed)
    at_once = max(1, _DRAWS_AT_ONCE // n)
    for start in range(0, resamples, at_once):
        rows = min(at_once, resamples - start)
        drawn = rng.integers(0, n, size=(rows, n))
        drawn += np.arange(rows)[:, None] * n
        weights = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)
        sums = _products(weights.astype(kind), flat).astype(np.float64)
        yield sums.reshape(rows, *counts.shape[:-2], columns)


def _products(weights: NDArray[np.floating[Any]], flat: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """(r, n) by (columns, n): few columns without BLAS, whose threads cost more than they bring on a busy machine."""
    if len(flat) <= _FEW_COLUMNS:
        return np.asarray(np.einsum("rn,cn->rc", weights, flat))
    return np.asarray(np.matmul(weights, flat.T))
