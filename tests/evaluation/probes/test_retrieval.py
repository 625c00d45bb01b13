from __future__ import annotations

import numpy as np
import pytest

from sprachbund.evaluation.probes.centring import centred
from sprachbund.evaluation.probes.retrieval import WHOLE, accuracy, found


def one_by_one(queries: np.ndarray, candidates: np.ndarray) -> list[int]:
    def cosine(a: np.ndarray, b: np.ndarray) -> float:
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    hits = []
    for number, query in enumerate(queries):
        near = [cosine(query, candidate) for candidate in candidates]
        hits.append(WHOLE if int(np.argmax(near)) == number else 0)
    return hits


@pytest.mark.parametrize("block", [1, 7, 100])
def test_blocks_find_what_one_by_one_finds(block: int) -> None:
    rng = np.random.default_rng(3)
    source = rng.standard_normal((40, 12))
    target = source + 1.2 * rng.standard_normal((40, 12))
    forward, backward = found(source, target, block=block)
    assert forward.tolist() == one_by_one(source, target)
    assert backward.tolist() == one_by_one(target, source)
    assert 0 < forward.sum() < 40 * WHOLE
    assert forward.tolist() != backward.tolist()


def test_a_case_by_hand_in_both_directions() -> None:
    source = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    target = np.array([[2.0, 0.1], [1.0, 1.2], [0.9, 1.0]])  # 1 and 2 point almost alike
    assert [side.tolist() for side in found(source, target)] == [[WHOLE, WHOLE, WHOLE], [WHOLE, 0, WHOLE]]
    assert accuracy(np.array([2.0 * WHOLE, 3.0])) == pytest.approx(200 / 3)


def test_equal_vectors_find_what_guessing_finds() -> None:
    rows = np.tile(np.random.default_rng(0).standard_normal(16).astype(np.float32), (50, 1))
    for block in (7, 100):
        for side in (*found(rows, rows, block=block), *found(centred(rows), centred(rows), block=block)):
            assert side.tolist() == [WHOLE // 50] * 50


def test_a_translation_that_stands_twice_is_half_found() -> None:
    source, target = np.eye(4)[[0, 1, 2]], np.eye(4)[[0, 1, 1]]
    forward, backward = found(source, target, block=2)
    assert forward.tolist() == [WHOLE, WHOLE // 2, WHOLE // 3]  # the third is as far from all
    assert backward.tolist() == [WHOLE, WHOLE, 0]


def test_small_differences_beside_a_large_common_vector_count() -> None:
    rng = np.random.default_rng(2)
    meaning = rng.standard_normal((80, 16))
    common = np.zeros(16)
    common[3] = 3000.0  # cosines then differ in the seventh digit
    source, target = (side.astype(np.float32) for side in (meaning + common, 1.01 * meaning + common))
    exact = one_by_one(source.astype(np.float64), target.astype(np.float64))
    assert found(source, target)[0].tolist() == exact
    assert sum(exact) > 40 * WHOLE


def test_a_language_vector_hides_translations_until_it_is_taken_away() -> None:
    rng = np.random.default_rng(1)
    meaning = rng.standard_normal((60, 8))
    language = np.zeros(8)
    language[0] = 30.0
    other = np.zeros(8)
    other[1] = 30.0
    source = meaning + language
    target = meaning + 0.1 * rng.standard_normal((60, 8)) + other
    assert accuracy(np.array([found(source, target)[0].sum(), 60.0])) < 60
    assert found(centred(source), centred(target))[0].tolist() == [WHOLE] * 60


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="3 rows have 2 translations"):
        found(np.eye(3), np.eye(3)[:2])
