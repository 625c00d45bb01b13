from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.evaluation.probes.discriminant import moments_of, train_probe
from sprachbund.evaluation.probes.nullspace import (
    class_subspace,
    pair_subspace,
    random_subspace,
    subspace,
    variance_share,
    without,
)


def classes_in_space(seed: int, n: int = 600, width: int = 12, count: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    classes = np.arange(n) % count
    means = 3 * rng.standard_normal((count, width))
    return means[classes] + rng.standard_normal((n, width)) @ rng.standard_normal((width, width)), classes


def slowly(rows: np.ndarray, classes: np.ndarray, rank: int) -> np.ndarray:
    """Algorithm 1 on the rows themselves: train, project, train again; the classifier's weights are its directions."""
    count = classes.max() + 1
    projection, basis = np.eye(rows.shape[1]), np.zeros((rows.shape[1], 0))
    while basis.shape[1] < rank:
        left = rows @ projection
        means = np.stack([left[classes == number].mean(0) for number in range(count)])
        within = np.cov((left - means[classes]).T, bias=True)
        weights = np.linalg.pinv(within, hermitian=True, rcond=1e-10) @ (means - means.mean(0)).T
        new = np.linalg.svd(projection @ weights)[0][:, : count - 1]
        basis = np.linalg.qr(np.concatenate((basis, new), axis=1))[0]
        projection = np.eye(rows.shape[1]) - basis @ basis.T
    return basis


def test_sums_take_out_what_training_on_the_rows_takes_out() -> None:
    rows, classes = classes_in_space(0, n=60_000)
    found, wanted = class_subspace(moments_of(rows, classes, 4), 6), slowly(rows, classes, 6)
    assert np.linalg.svd(found.T @ wanted)[1] == pytest.approx(np.ones(6), abs=1e-3)  # the same subspace


def test_what_is_taken_out_cannot_be_told_any_more() -> None:
    rows, classes = classes_in_space(1, n=6000)
    basis = class_subspace(moments_of(rows[:3000], classes[:3000], 4), 9)
    before = train_probe(moments_of(rows[:3000], classes[:3000], 4)).classify(rows[3000:])
    left = without(rows, basis)
    after = train_probe(moments_of(left[:3000], classes[:3000], 4)).classify(left[3000:])
    assert (before == classes[3000:]).mean() > 0.8
    assert (after == classes[3000:]).mean() < 0.35  # chance is a quarter


def test_pairs_lose_each_other() -> None:
    rng = np.random.default_rng(2)
    meaning, ways = rng.standard_normal((200, 3)), rng.standard_normal((3, 10))
    first = meaning @ ways + 0.1 * rng.standard_normal((200, 10))
    second = meaning @ ways + 0.1 * rng.standard_normal((200, 10)) + 5  # another language's vector does not count
    basis = pair_subspace(first, second, 3)
    spans = np.linalg.svd(basis.T @ np.linalg.qr(ways.T)[0])[1]
    assert spans == pytest.approx(np.ones(3), abs=0.03)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), rank=st.integers(1, 11))
def test_bases_are_orthonormal_and_projecting_twice_changes_nothing(seed: int, rank: int) -> None:
    rows, classes = classes_in_space(seed)
    for basis in (class_subspace(moments_of(rows, classes, 4), rank), random_subspace(12, rank, seed)):
        assert basis.T @ basis == pytest.approx(np.eye(basis.shape[1]), abs=1e-8)
        once = without(rows, basis)
        assert without(once, basis) == pytest.approx(once, abs=1e-8)
        assert np.abs(once @ basis).max() < 1e-8


def test_a_random_subspace_depends_on_its_seed_only_and_takes_its_share() -> None:
    assert random_subspace(8, 2, 1) == pytest.approx(random_subspace(8, 2, 1))
    assert np.abs(random_subspace(8, 2, 1) - random_subspace(8, 2, 2)).max() > 0.1
    assert variance_share(np.eye(8), random_subspace(8, 2, 1)) == pytest.approx(0.25)


def test_no_more_is_taken_than_tells_classes_apart() -> None:
    between = np.zeros((6, 6))
    between[0, 0] = 1.0
    assert subspace(np.eye(6), between, 4, 3, 1e9).shape == (6, 1)


@pytest.mark.parametrize("rank", [0, 12, 20])
def test_a_rank_that_is_none(rank: int) -> None:
    rows, classes = classes_in_space(0)
    with pytest.raises(ValueError, match=f"has 1 to 11, got {rank}"):
        class_subspace(moments_of(rows, classes, 4), rank)
