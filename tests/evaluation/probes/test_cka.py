from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.evaluation.probes.cka import aligned, pair_sums


def by_gram_matrices(x: np.ndarray, y: np.ndarray) -> float:
    """CKA as the papers define it, with Gram matrices whose diagonals are zero."""

    def hsic(k: np.ndarray, other: np.ndarray) -> float:
        n = len(k)
        k, other = k - np.diag(np.diag(k)), other - np.diag(np.diag(other))
        one = np.ones(n)
        middle = one @ k @ one * (one @ other @ one) / ((n - 1) * (n - 2))
        return (np.trace(k @ other) + middle - 2 / (n - 2) * (one @ k @ other @ one)) / (n * (n - 3))

    k, other = x @ x.T, y @ y.T
    return hsic(k, other) / math.sqrt(hsic(k, k) * hsic(other, other))


def sides(n: int, width: int, seed: int, shared: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((n, width))
    return common + rng.standard_normal((n, width)), shared * common + rng.standard_normal((n, width)) + 3


@pytest.mark.parametrize(("n", "width", "shared"), [(12, 3, 1.0), (9, 40, 0.5), (50, 8, 2.0)])
def test_running_sums_give_what_gram_matrices_give(n: int, width: int, shared: float) -> None:
    x, y = sides(n, width, n, shared)
    whole = pair_sums(x[:5], y[:5]) + pair_sums(x[5:], y[5:])
    assert whole.cka() == pytest.approx(by_gram_matrices(x, y), abs=1e-9)
    assert (whole - pair_sums(x[5:8], y[5:8])).cka() == pytest.approx(
        by_gram_matrices(np.delete(x, slice(5, 8), 0), np.delete(y, slice(5, 8), 0)), abs=1e-9)


def test_a_small_case_by_hand() -> None:
    # Gram matrices without diagonal: K[0,1] = 2, K[2,3] = 2, all else 0; L = K, so HSIC(K, L) = HSIC(K, K)
    x = np.array([[1.0, 0], [2, 0], [0, 1], [0, 2]])
    # tr(KL) = 16, 1'K1 = 8, 1'KK1 = 16: (16 + 64 / 6 - 16) / 4 = 8 / 3
    y = np.array([[1.0, 0], [0, 1], [2, 0], [0, 2]])  # L[0,2] = 2, L[1,3] = 2: tr(KL) = 0, 1'KL1 = 16
    # (0 + 64 / 6 - 16) / 4 = -4 / 3, so CKA(K, L) = -1 / 2
    assert pair_sums(x, x).cka() == pytest.approx(1.0)
    assert pair_sums(x, y).cka() == pytest.approx(-0.5)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.1, 10), shift=st.floats(-5, 5))
def test_rotation_scale_and_place_change_nothing(seed: int, scale: float, shift: float) -> None:
    x, y = sides(20, 6, seed, 1.0)
    turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((6, 6)))[0]
    assert pair_sums(scale * x @ turn + shift, y).cka() == pytest.approx(pair_sums(x, y).cka(), abs=1e-6)


def test_few_rows_without_anything_in_common_are_not_called_alike() -> None:
    values = [aligned(*sides(20, 200, seed, 0.0)).value for seed in range(20)]
    assert abs(float(np.mean(values))) < 0.05  # the biased estimate is above 0.9 here


def test_the_interval_says_how_many_sentences_it_stands_on() -> None:
    x, y = sides(200, 10, 1, 1.0)
    found = aligned(x, y)
    assert found.pairs == 200
    assert found.interval.low < found.value < found.interval.high <= 1
    assert found.interval.method == "jackknife over 10 blocks of sentences"
    fewer = aligned(x[:40], y[:40])
    assert fewer.interval.high - fewer.interval.low > found.interval.high - found.interval.low


def test_the_interval_holds_what_many_samples_are_around() -> None:
    truth = aligned(*sides(20_000, 5, 0, 1.0)).value
    inside = 0
    for seed in range(1, 101):
        found = aligned(*sides(150, 5, seed, 1.0)).interval
        inside += found.low <= truth <= found.high
    assert inside >= 88


def test_sides_that_do_not_vary_and_too_few_pairs() -> None:
    constant = np.ones((30, 4)) * np.pi
    assert math.isnan(aligned(constant, np.random.default_rng(0).standard_normal((30, 4))).value)
    with pytest.raises(ValueError, match="CKA needs 4 pairs of rows or more, got 3"):
        aligned(np.eye(3), np.eye(3))
    assert math.isnan(aligned(*sides(4, 3, 2, 1.0)).interval.low)
