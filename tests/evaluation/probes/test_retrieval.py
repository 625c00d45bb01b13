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
    credits = found(source, target, block=block)
    assert credits.tolist() == one_by_one(source, target)
    assert 0 < credits.sum() < 40 * WHOLE


def test_a_case_by_hand_in_both_directions() -> None:
    source = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    target = np.array([[2.0, 0.1], [1.0, 1.2], [0.9, 1.0]])  # 1 and 2 point almost alike
    assert found(source, target).tolist() == [WHOLE, WHOLE, WHOLE]
    assert found(target, source).tolist() == [WHOLE, 0, WHOLE]
    assert accuracy(np.array([2.0 * WHOLE, 3.0])) == pytest.approx(200 / 3)


def test_equal_vectors_find_what_guessing_finds() -> None:
    rows = np.tile(np.random.default_rng(0).standard_normal(16).astype(np.float32), (50, 1))
    assert found(rows, rows).tolist() == [WHOLE // 50] * 50
    assert found(centred(rows), centred(rows)).tolist() == [WHOLE // 50] * 50


def test_a_language_vector_hides_translations_until_it_is_taken_away() -> None:
    rng = np.random.default_rng(1)
    meaning = rng.standard_normal((60, 8))
    language = np.zeros(8)
    language[0] = 30.0
    other = np.zeros(8)
    other[1] = 30.0
    source = meaning + language
    target = meaning + 0.1 * rng.standard_normal((60, 8)) + other
    assert accuracy(np.array([found(source, target).sum(), 60.0])) < 60
    assert found(centred(source), centred(target)).tolist() == [WHOLE] * 60


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="3 queries have 2 candidates"):
        found(np.eye(3), np.eye(3)[:2])
