"""Mining against the official script's figures, and against pair by pair.

The figures of `OFFICIAL` were made with `mine_bitext` and `bucc_eval` of github.com/google-research/xtreme at
838c13b69daafb9328785d16caae2711e4012123 (third_party/utils_retrieve.py), on the corpora of `made`, with exact search in
the place of faiss.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.evaluation.retrieval.mining import best_threshold, counted, identified, mined
from sprachbund.metrics.ranking import MinedF1
from tests.evaluation.retrieval.test_search import cosine

OFFICIAL = [(69.230769, 1.095953486), (78.26087, 1.019362306), (66.666667, 1.136234741), (40.0, 1.068932814),
            (81.632653, 1.05695786), (79.245283, 1.077791932), (58.064516, 1.061532055), (79.245283, 1.074795711)]
"""F1 and threshold of the corpora of each seed."""


def made(seed: int) -> tuple[np.ndarray, np.ndarray, list[str], list[str], set[tuple[str, str]]]:
    """Two corpora with hidden pairs; with odd seeds a text of each side stands twice."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(8, 60, 2)
    pairs = int(min(n, m) * rng.uniform(0.2, 0.8))
    base = rng.standard_normal((pairs, 8)) + 0.8
    first = np.concatenate([base, rng.standard_normal((n - pairs, 8)) + 0.8])
    second = np.concatenate([base + rng.normal(0, 0.5, base.shape), rng.standard_normal((m - pairs, 8)) + 0.8])
    texts = [f"x{i}" for i in range(n)], [f"y{i}" for i in range(m)]
    if seed % 2:
        texts[0][-1], first[-1] = texts[0][0], first[0]
        texts[1][-2], second[-2] = texts[1][1], second[1]
    return first, second, *texts, {(f"a{i}", f"b{i}") for i in range(pairs)}


def rows_of(texts: list[str], prefix: str) -> tuple[list[int], list[list[str]]]:
    places: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        places.setdefault(text, []).append(number)
    return [own[0] for own in places.values()], [[f"{prefix}{i}" for i in own] for own in places.values()]


@pytest.mark.parametrize("seed", range(len(OFFICIAL)))
def test_f1_and_threshold_are_those_of_the_official_script(seed: int) -> None:
    first, second, left, right, gold = made(seed)
    (one, names), (other, others) = rows_of(left, "a"), rows_of(right, "b")
    scored = identified(*mined(first[one], second[other], 4), names, others)
    threshold = best_threshold(scored, gold)
    counts = counted(scored, threshold, gold, [f"a{i}" for i in range(len(left))])
    f1, expected = OFFICIAL[seed]
    assert threshold == pytest.approx(expected, abs=1e-8)
    assert MinedF1().value(counts.sum(0)) == pytest.approx(f1, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.booleans(), st.integers(0, 2**16))
def test_pairs_equal_those_found_one_by_one(n: int, m: int, k: int, margin: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.standard_normal((n, 4)) + 2, rng.standard_normal((m, 4)) + 2
    table = np.array([[cosine(a, b) for b in second] for a in first])
    ahead = [float(np.mean(sorted(row)[::-1][:k])) for row in table]
    back = [float(np.mean(sorted(column)[::-1][:k])) for column in table.T]

    def value(a: int, b: int) -> float:
        return float(table[a, b]) / ((ahead[a] + back[b]) / 2) if margin else float(table[a, b])

    offers = [(value(a, b), a, b) for a in range(n)
              for b in [max(np.argsort(-table[a])[:k].tolist(), key=lambda b, a=a: value(a, b))]]
    offers += [(value(a, b), a, b) for b in range(m)
               for a in [max(np.argsort(-table[:, b])[:k].tolist(), key=lambda a, b=b: value(a, b))]]
    taken: dict[int, int] = {}
    for _, a, b in sorted(offers, key=lambda offer: -offer[0]):
        if a not in taken and b not in taken.values():
            taken[a] = b
    pairs, scores = mined(first, second, k, margin=margin)
    assert dict(pairs.tolist()) == taken
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    assert scores == pytest.approx([value(a, b) for a, b in pairs.tolist()])


@given(st.lists(st.tuples(st.floats(0, 2), st.booleans()), max_size=12), st.integers(1, 15))
def test_no_other_threshold_does_better(items: list[tuple[float, bool]], missed: int) -> None:
    scored = {(f"a{i}", "b"): score for i, (score, _) in enumerate(items)}
    gold = {(f"a{i}", "b") for i, (_, right) in enumerate(items) if right} | {(f"m{i}", "b") for i in range(missed)}

    def f1(threshold: float) -> float:
        taken = {pair for pair, score in scored.items() if score >= threshold}
        return 2 * len(taken & gold) / (len(taken) + len(gold))

    if len(set(scored.values())) == len(scored):  # between equal scores there is no threshold
        chosen = f1(best_threshold(scored, gold))
        assert chosen == pytest.approx(max([f1(score) for score in scored.values()], default=0.0))


def test_thresholds_at_the_ends() -> None:
    scored = {("a", "x"): 1.5, ("b", "y"): 1.2}
    assert best_threshold(scored, {("a", "x"), ("b", "y")}) == 1.2
    assert best_threshold(scored, {("a", "x")}) == pytest.approx(1.35)
    assert best_threshold(scored, {("c", "z")}) == 0.0
    assert best_threshold({}, {("c", "z")}) == 0.0


def test_a_text_that_stands_twice_names_nobody() -> None:
    pairs, scores = np.array([[0, 0], [1, 1]]), np.array([1.5, 1.2])
    assert identified(pairs, scores, [["a"], ["b", "c"]], [["x"], ["y"]]) == {("a", "x"): 1.5}
    counts = counted({("a", "x"): 1.5, ("b", "y"): 1.0}, 1.2, {("a", "x"), ("b", "z"), ("b", "y")}, ["a", "b", "c"])
    assert counts.tolist() == [[1, 1, 1], [0, 0, 2], [0, 0, 0]]
    assert counted({}, 0.0, set(), []).shape == (0, 3)
