from __future__ import annotations

import numpy as np
import pytest

from sprachbund.evaluation.probes.discriminant import Moments, directions, moments_of, train_probe


def classes_in_space(seed: int = 0, n: int = 300, width: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 3, n)
    stretch = rng.standard_normal((width, width))
    means = 4 * rng.standard_normal((3, width))
    return means[classes] + rng.standard_normal((n, width)) @ stretch, classes


def test_moments_add_up_to_covariances_computed_at_length() -> None:
    rows, classes = classes_in_space()
    whole = moments_of(rows[:100], classes[:100], 3) + moments_of(rows[100:], classes[100:], 3)
    means = np.stack([rows[classes == number].mean(0) for number in range(3)])
    assert whole.class_means == pytest.approx(means)
    assert whole.within == pytest.approx(np.cov((rows - means[classes]).T, bias=True))
    assert whole.between == pytest.approx(np.cov(means[classes].T, bias=True))
    assert whole.mean == pytest.approx(rows.mean(0))


def test_a_large_common_vector_hides_no_spread() -> None:
    rows, classes = classes_in_space()
    far = (rows + 3000.0).astype(np.float32)
    assert moments_of(far, classes, 3).within == pytest.approx(moments_of(rows, classes, 3).within, abs=0.01)


def test_projected_moments_are_the_moments_of_projected_rows() -> None:
    rows, classes = classes_in_space()
    basis = np.linalg.qr(np.random.default_rng(1).standard_normal((5, 2)))[0]
    given = moments_of(rows, classes, 3).projected(basis)
    wanted = moments_of(rows - rows @ basis @ basis.T, classes, 3)
    for name in ("counts", "sums", "square"):
        assert getattr(given, name) == pytest.approx(getattr(wanted, name), abs=1e-8)


def test_the_probe_is_fishers_where_rows_are_many() -> None:
    rows, classes = classes_in_space(n=20_000)
    probe = train_probe(moments_of(rows, classes, 3))
    means = np.stack([rows[classes == number].mean(0) for number in range(3)])
    inverse = np.linalg.inv(np.cov((rows - means[classes]).T, bias=True))
    prior = np.log(np.bincount(classes) / len(classes))
    scores = np.stack([prior[c] - 0.5 * np.einsum("ne,ef,nf->n", rows - means[c], inverse, rows - means[c])
                       for c in range(3)], axis=1)
    assert (probe.classify(rows) == scores.argmax(1)).mean() > 0.999


def test_fewer_rows_than_dimensions_still_make_a_probe() -> None:
    rng = np.random.default_rng(0)
    classes = np.arange(20) % 2
    rows = rng.standard_normal((20, 100))
    rows[:, 7] += 8 * classes
    fresh = rng.standard_normal((200, 100))
    fresh[:, 7] += 8 * (np.arange(200) % 2)
    assert (train_probe(moments_of(rows, classes, 2)).classify(fresh) == np.arange(200) % 2).mean() > 0.95


def test_a_class_without_rows_is_never_named() -> None:
    rows, classes = classes_in_space()
    assert set(train_probe(moments_of(rows, classes, 5)).classify(rows).tolist()) <= {0, 1, 2}
    with pytest.raises(ValueError, match="two classes or more, got 1"):
        train_probe(Moments(np.array([4.0, 0.0]), np.zeros((2, 3)), np.eye(3)))


def test_directions_are_orthonormal_strongest_first_and_no_more_than_there_are() -> None:
    within, between = np.diag([1.0, 1.0, 4.0, 1.0]), np.diag([9.0, 1.0, 16.0, 0.0])
    found = directions(within, between, 4, rows=1e12)
    assert found.shape == (4, 3)  # the fourth has no differences
    assert np.abs(found) == pytest.approx(np.eye(4)[:, [0, 2, 1]], abs=1e-4)  # 9, then 16 / 4, then 1
