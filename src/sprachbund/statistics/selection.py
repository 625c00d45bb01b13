"""The winner's curse: what the best of k gains where none of the k is better than another."""

from __future__ import annotations

from dataclasses import dataclass

from sprachbund.statistics.repetitions import Floats

PERMUTATIONS = 10_000


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
    raise NotImplementedError


def expected_maximum(count: int) -> float:
    """Mean of the largest of independent standard normals: 1.586 for 11 (Harter 1961, table 1).

    Integral of x d(Phi(x)^n), by Gauss-Legendre quadrature.

    Raises:
        ValueError: a count below one.
    """
    raise NotImplementedError
