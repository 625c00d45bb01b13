"""Linear discriminants from sums: classifiers and directions of classes without keeping a single state.

Counts, sums and second moments of each class suffice for linear discriminant analysis (Fisher 1936; Hastie,
Tibshirani and Friedman 2009, 4.3), so a probe is trained in one pass, in closed form, and trained again on
states without some subspace by projecting the sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over rows that belong to classes; they add up.

    Args:
        counts: (classes,) rows of each class.
        sums: (classes, width) their sums.
        square: (width, width) sum of outer products over all rows.
    """

    counts: Floats
    sums: Floats
    square: Floats

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.counts + other.counts, self.sums + other.sums, self.square + other.square)

    @property
    def rows(self) -> float:
        """Number of rows."""
        return float(self.counts.sum())

    @property
    def mean(self) -> Floats:
        """(width,) mean of all rows."""
        return np.asarray(self.sums.sum(0) / max(self.rows, 1.0))

    @property
    def class_means(self) -> Floats:
        """(classes, width); zeros for a class without rows."""
        return np.asarray(self.sums / np.maximum(self.counts, 1)[:, None])

    @property
    def within(self) -> Floats:
        """(width, width) covariance within classes, mean over rows."""
        return np.asarray((self.square - self.sums.T @ self.class_means) / max(self.rows, 1.0))

    @property
    def between(self) -> Floats:
        """(width, width) covariance of the class means, each weighed by its rows."""
        centred = self.class_means - self.mean
        return np.asarray((centred * self.counts[:, None]).T @ centred / max(self.rows, 1.0))

    def projected(self, basis: Floats) -> Moments:
        """The moments of the rows without their part in a subspace.

        Args:
            basis: (width, rank), orthonormal.
        """
        sums = self.sums - (self.sums @ basis) @ basis.T
        half = self.square - basis @ (basis.T @ self.square)
        return Moments(self.counts, sums, half - (half @ basis) @ basis.T)


def moments_of(rows: Rows, classes: NDArray[np.integer], n_classes: int) -> Moments:
    """The moments of some rows, in double precision: beside a large common vector single precision loses the spread.

    Args:
        rows: (n, width).
        classes: (n,) class of each row, 0 to n_classes - 1.
        n_classes: C.
    """
    exact = np.asarray(rows, dtype=np.float64)
    member = np.zeros((n_classes, len(exact)))
    member[classes, np.arange(len(exact))] = 1
    return Moments(member.sum(1), member @ exact, exact.T @ exact)


@dataclass(frozen=True, slots=True)
class LinearProbe:
    """A linear classifier.

    Args:
        weights: (width, classes).
        bias: (classes,); minus infinity for a class without training rows.
    """

    weights: Floats
    bias: Floats

    def classify(self, rows: Rows) -> NDArray[np.int64]:
        """(n,) the class of each row (n, width)."""
        return np.asarray(np.argmax(rows @ self.weights + self.bias, axis=1))


def train_probe(moments: Moments) -> LinearProbe:
    """Linear discriminant analysis: Gaussian classes with one covariance, priors as in training.

    The covariance is shrunk towards its diagonal as if `width` more rows without any correlation had been
    seen, so that fewer rows than dimensions do, and many rows are hardly touched.

    Raises:
        ValueError: fewer than two classes have rows.
    """
    seen = moments.counts > 0
    if seen.sum() < 2:
        raise ValueError(f"a probe needs rows of two classes or more, got {int(seen.sum())}")
    means = moments.class_means
    weights: Floats = np.asarray(np.linalg.solve(_shrunk(moments.within, moments.rows), means.T), dtype=np.float64)
    with np.errstate(divide="ignore"):
        prior = np.log(moments.counts / moments.rows)
    return LinearProbe(weights, np.asarray(prior - 0.5 * np.einsum("ce,ec->c", means, weights), dtype=np.float64))


def directions(within: Floats, between: Floats, count: int, rows: float) -> Floats:
    """The directions in which classes differ most against their spread (generalised eigenvectors).

    Args:
        within, between: (width, width) covariances.
        count: how many are wanted.
        rows: how many rows `within` was made of, for its shrinkage.

    Returns:
        (width, k) orthonormal; k is less than `count` where the classes differ in fewer directions.
    """
    lower = np.linalg.cholesky(_shrunk(within, rows))
    half = np.linalg.solve(lower, between)
    values, vectors = np.linalg.eigh(np.linalg.solve(lower, half.T))
    strongest = np.argsort(values)[::-1][:count]
    strongest = strongest[values[strongest] > max(float(values[-1]), 0.0) * 1e-9 + 1e-12]
    return np.linalg.qr(np.linalg.solve(lower.T, vectors[:, strongest]))[0]


def _shrunk(covariance: Floats, rows: float) -> Floats:
    width = len(covariance)
    share = width / (width + rows)
    diagonal = np.diag(covariance)
    floor = max(float(diagonal.mean()), 1e-12) * 1e-6  # a dimension that never varies divides by nothing
    return np.asarray((1 - share) * covariance + np.diag(share * diagonal + floor))
