from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.evaluation.retrieval.search import blocks, nearest, neighbourhoods


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else 0.0


def brute_margins(one: np.ndarray, other: np.ndarray, k: int) -> np.ndarray:
    """Equation 2 of 1811.01136 with the ratio of equation 3, pair by pair."""
    table = np.array([[cosine(a, b) for b in other] for a in one])
    ahead = [float(np.mean(sorted(row, reverse=True)[:k])) for row in table]
    back = [float(np.mean(sorted(column, reverse=True)[:k])) for column in table.T]
    means = np.array([[(a + b) / 2 for b in back] for a in ahead])
    return np.where(means > 0, table / np.where(means > 0, means, 1), 0.0)


sizes = st.integers(1, 14)


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**16))
def test_the_margin_search_finds_what_pair_by_pair_finds(n: int, m: int, k: int, block: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.standard_normal((n, 5)) + 0.7, rng.standard_normal((m, 5)) + 0.7
    expected = brute_margins(one, other, k)
    margins = neighbourhoods(one, other, k, block=block)
    scores, places = nearest(one, other, k, margins=margins, block=block)
    order = np.argsort(-expected, axis=1, kind="stable")[:, :k]
    assert np.allclose(scores, np.take_along_axis(expected, order, axis=1))
    assert np.allclose(np.take_along_axis(expected, places, axis=1), scores)


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, st.integers(1, 20), st.integers(1, 5), st.integers(0, 2**16))
def test_equal_candidates_come_in_the_order_of_their_places(n: int, m: int, k: int, block: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = rng.standard_normal((n, 3))
    other = rng.standard_normal((4, 3))[rng.integers(0, 4, m)]  # many are equal
    found = np.concatenate([rows for _, rows in blocks(one, other, block=block)])
    scores, places = nearest(one, other, k, block=block)
    order = np.argsort(-found, axis=1, kind="stable")[:, :k]
    assert np.array_equal(np.take_along_axis(found, order, axis=1), scores)
    expected = np.array([[cosine(a, b) for b in other] for a in one])
    assert np.allclose(found, expected)
    assert np.array_equal(places, order)


def test_a_neighbourhood_that_is_not_positive_gives_no_margin() -> None:
    one, other = np.array([[1.0, 0.0]]), np.array([[-1.0, 0.0], [0.0, 1.0]])
    margins = neighbourhoods(one, other, 2)
    scores, _ = nearest(one, other, 2, margins=margins)
    assert scores.tolist() == [[0.0, 0.0]]


def test_a_hub_loses_what_it_wins_by_cosine() -> None:
    """The hub is the nearest of every query by cosine, and by margin of none but its own."""
    own = np.eye(4)
    queries = own + 0.75
    hub = np.full(4, 1.0)
    candidates = np.concatenate([own + 0.05, hub[None]])
    by_cosine = nearest(queries, candidates, 1)[1][:, 0]
    by_margin = nearest(queries, candidates, 1, margins=neighbourhoods(queries, candidates, 2))[1][:, 0]
    assert by_cosine.tolist() == [4, 4, 4, 4]
    assert by_margin.tolist() == [0, 1, 2, 3]


def test_blocks_cover_all_queries_once() -> None:
    rows = np.random.default_rng(0).standard_normal((7, 3))
    spans = [(part.start, part.stop) for part, _ in blocks(rows, rows, block=3)]
    assert spans == [(0, 3), (3, 6), (6, 7)]
    with pytest.raises(ValueError, match="matmul"):
        list(blocks(rows, np.ones((2, 4))))
