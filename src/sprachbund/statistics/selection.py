"""The winner's curse: what the best of k gains where none of the k is better than another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics.repetitions import Floats

PERMUTATIONS = 10_000
_AT_ONCE = 2_000  # permutations; bounds the memory whatever their number


@dataclass(frozen=True, slots=True)
class BestOfNull:
    """The gain of the best of k, beside the gains that the choice alone produces.

    Args:
        chosen: place of the best of the k as observed (on dev where dev scores were given).
        gain: its observed gain on test, meaned over repetitions.
        null: (R,) its gains under permuted labels, ascending.
        expected: mean of the null: what a choice among k equals gains by luck.
        p_value: share of the null that is at least the observed gain, the observed one counted in.
    """

    chosen: int
    gain: float
    null: Floats
    expected: float
    p_value: float


def best_of_null(
    gains: Floats, *, dev: Floats | None = None, with_baseline: bool = False, permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> BestOfNull:
    """Permute the labels of k candidates (layers) within each repetition, choose the best, note its gain.

    Under the null the k candidates do not differ, so within a repetition their scores could have been
    dealt in any order (Westfall and Young 1993, the permutation distribution of a maximum). What the
    candidates gain over the baseline on average is kept: the null is "no candidate is better than the
    others", and a p-value of the best says whether the best is more than a lucky one.

    Args:
        gains: (K, S) on test, each candidate minus the baseline under the same repetition.
        dev: (K, S) scores by which the candidate is chosen; they are permuted together with the gains.
            None: the choice is made on test itself (the oracle).
        with_baseline: let the baseline (a gain of 0) be dealt as one more label. The null is then
            "neither do the candidates differ, nor are they better than the baseline", and a dealt best
            is measured against the score that was dealt to the baseline. Not together with dev, unless
            dev are gains too.
        permutations: R.
        seed: of the permutations.

    Raises:
        ValueError: shapes that differ, fewer than two candidates, a NaN.
    """
    on_test = _table(gains, "gains")
    judged = on_test if dev is None else _table(dev, "dev")
    if judged.shape != on_test.shape:
        raise ValueError(f"gains {on_test.shape} and dev {judged.shape} are not of the same candidates and repetitions")
    chosen = int(judged.mean(axis=1).argmax())
    gain = float(on_test[chosen].mean())
    if with_baseline:  # the last label; where the observed labels stand, its gain is zero
        on_test, judged = (np.vstack([table, np.zeros(table.shape[1])]) for table in (on_test, judged))
    rng = np.random.default_rng(derive_seed(seed, "labels"))
    null = np.concatenate([
        _dealt(on_test, judged, rng, min(_AT_ONCE, permutations - start), with_baseline)
        for start in range(0, permutations, _AT_ONCE)
    ])
    null.sort()
    at_least = int((null >= gain - 1e-9 * max(1.0, abs(gain))).sum())
    return BestOfNull(chosen, gain, null, float(null.mean()), (at_least + 1) / (permutations + 1))


def _dealt(on_test: Floats, judged: Floats, rng: np.random.Generator, count: int, with_baseline: bool) -> Floats:
    """(count,) gains of the best, labels dealt anew within each repetition, the same way on dev and test."""
    candidates, repetitions = on_test.shape
    order = rng.random((count, candidates, repetitions)).argsort(axis=1)
    columns = np.arange(repetitions)
    means, judgements = (table[order, columns].mean(axis=2) for table in (on_test, judged))
    if with_baseline:
        means, judgements = means[:, :-1] - means[:, -1:], judgements[:, :-1]
    best = judgements.argmax(axis=1)
    return np.asarray(np.take_along_axis(means, best[:, None], axis=1)[:, 0])


def _table(values: Floats, name: str) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or len(table) < 2 or not table.shape[1]:
        raise ValueError(f"{name} are (candidates, repetitions) with two candidates or more, got {table.shape}")
    if np.isnan(table).any():
        raise ValueError(f"{name} have a missing value; leave out candidates that were not run with every repetition")
    return table
