"""Linear centred kernel alignment of two sets of vectors, from running sums.

CKA(X, Y) = HSIC(X, Y) / sqrt(HSIC(X, X) HSIC(Y, Y)) with linear kernels (Kornblith et al. 2019, 1905.00414). With
fewer rows than dimensions the usual estimate goes to 1 whatever the rows are, so HSIC is estimated without
bias (Song et al. 2012, equation 5; Nguyen et al. 2021, 2010.15327). That estimate needs sums over pairs of
rows, which for linear kernels are products of sums over rows: no Gram matrix is made, and rows may come in
any number of parts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sprachbund.evaluation.probes.centring import centred
from sprachbund.statistics.intervals import Interval, t_interval

Floats = NDArray[np.float64]

LEAST_ROWS = 4
"""The unbiased estimate divides by n (n - 3)."""
BLOCKS = 10


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums over pairs of rows (x, y) that belong together; they add up and can be taken away.

    Args:
        n: number of pairs.
        x, y: sums of the rows, (width,) each.
        xx, yy, xy: sums of outer products, (width, width).
        qx, qy: sums of squared lengths |x|², |y|²; qxx, qyy, qxy: of |x|⁴, |y|⁴, |x|²|y|².
        x_qx, y_qy, x_qy, y_qx: sums of rows, each times a squared length.
    """

    n: float
    x: Floats
    y: Floats
    xx: Floats
    yy: Floats
    xy: Floats
    qx: float
    qy: float
    qxx: float
    qyy: float
    qxy: float
    x_qx: Floats
    y_qy: Floats
    x_qy: Floats
    y_qx: Floats

    def __add__(self, other: PairSums) -> PairSums:
        return PairSums(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(self)))

    def __sub__(self, other: PairSums) -> PairSums:
        return PairSums(*(getattr(self, item.name) - getattr(other, item.name) for item in fields(self)))

    def cka(self) -> float:
        """The unbiased estimate; NaN where a side does not vary.

        Raises:
            ValueError: fewer than four pairs.
        """
        if self.n < LEAST_ROWS:
            raise ValueError(f"CKA needs {LEAST_ROWS} pairs of rows or more, got {self.n:.0f}")
        both = _hsic(self.n, self.x, self.y, self.xy, self.qx, self.qy, self.qxy, self.x_qy, self.y_qx)
        one = _hsic(self.n, self.x, self.x, self.xx, self.qx, self.qx, self.qxx, self.x_qx, self.x_qx)
        other = _hsic(self.n, self.y, self.y, self.yy, self.qy, self.qy, self.qyy, self.y_qy, self.y_qy)
        return both / math.sqrt(one * other) if one > 0 and other > 0 else math.nan


def pair_sums(x: NDArray[np.floating], y: NDArray[np.floating]) -> PairSums:
    """The sums of some pairs of rows, (n, width) each; in double precision.

    Rows should be near the origin (take a common mean away first): all estimates are the same wherever they lie,
    but digits are lost far away.
    """
    one, other = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    qx, qy = np.einsum("ne,ne->n", one, one), np.einsum("ne,ne->n", other, other)
    return PairSums(
        float(len(one)), one.sum(0), other.sum(0), one.T @ one, other.T @ other, one.T @ other, float(qx.sum()),
        float(qy.sum()), float(qx @ qx), float(qy @ qy), float(qx @ qy), qx @ one, qy @ other, qy @ one, qx @ other,
    )


@dataclass(frozen=True, slots=True)
class Alignment:
    """CKA of translations: the value, its interval over sentences, and how many pairs it is made of."""

    value: float
    interval: Interval
    pairs: int


def aligned(x: NDArray[np.floating], y: NDArray[np.floating], *, level: float = 0.95) -> Alignment:
    """Unbiased linear CKA of two sides of translations, with a jackknife over blocks of sentences.

    The interval is Student's over the jackknife's pseudo-values (Tukey 1958; Efron and Tibshirani 1993, chapter 11),
    one a block of neighbouring rows; it is cut at 1, which no alignment passes.

    Args:
        x, y: (n, width) each, row by row translations.
        level: of the interval.

    Raises:
        ValueError: fewer than four pairs.
    """
    count = len(x)
    one, other = centred(x), centred(y)
    parts = np.array_split(np.arange(count), min(BLOCKS, max(count - LEAST_ROWS, 1)))
    sums = [pair_sums(one[part], other[part]) for part in parts]
    whole = sums[0]
    for part_sums in sums[1:]:
        whole = whole + part_sums
    value = whole.cka()
    if len(parts) < 2 or count - max(map(len, parts)) < LEAST_ROWS:
        return Alignment(value, Interval(math.nan, math.nan, level, "too few pairs for an interval"), count)
    blocks = len(parts)
    pseudo = [blocks * value - (blocks - 1) * (whole - part_sums).cka() for part_sums in sums]
    found = t_interval(pseudo, level=level)
    half = (found.high - found.low) / 2
    method = f"jackknife over {blocks} blocks of sentences"
    return Alignment(value, Interval(value - half, min(value + half, 1.0), level, method), count)


def _hsic(
    n: float, a: Floats, b: Floats, ab: Floats, qa: float, qb: float, qab: float, a_qb: Floats, b_qa: Floats
) -> float:
    """The unbiased estimate of HSIC: traces and sums of Gram matrices whose diagonals are set to zero."""
    trace = float(np.einsum("ij,ij->", ab, ab)) - qab
    of_a, of_b = float(a @ a) - qa, float(b @ b) - qb
    joint = float(a @ ab @ b) - float(a @ a_qb) - float(b @ b_qa) + qab
    return (trace + of_a * of_b / ((n - 1) * (n - 2)) - 2 * joint / (n - 2)) / (n * (n - 3))
