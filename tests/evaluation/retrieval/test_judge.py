from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.evaluation.retrieval.judge import parallel_counts, pool_counts
from sprachbund.metrics.ranking import MILLION, MapAt20, RetrievalAccuracy
from tests.evaluation.retrieval.test_search import brute_margins, cosine
from tests.metrics.test_ranking import one_by_one


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 40), st.booleans(), st.integers(0, 2**16))
def test_map_at_20_equals_a_brute_force_reference(n: int, m: int, margin: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    queries, pool = rng.standard_normal((n, 6)) + 0.5, rng.standard_normal((m, 6)) + 0.5
    right = [sorted(rng.choice(m, rng.integers(1, min(m, 25) + 1), replace=False).tolist()) for _ in range(n)]
    table = brute_margins(queries, pool, 3) if margin else np.array([[cosine(a, b) for b in pool] for a in queries])
    expected = [one_by_one(np.argsort(-row, kind="stable").tolist(), set(own), 20)
                for row, own in zip(table, right, strict=True)]
    counts = pool_counts(queries, pool, right, neighbours=3 if margin else None)
    assert counts[:, 0] / MILLION == pytest.approx(expected, abs=1e-6)
    assert MapAt20().value(counts.sum(0)) == pytest.approx(100 * np.mean(expected), abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.integers(1, 5), st.integers(0, 2**16))
def test_parallel_margins_in_both_directions_equal_a_brute_force_reference(n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sentences = rng.standard_normal((n, 5)) + 2  # so that no neighbourhood is negative, which makes ties
    translations = sentences + rng.standard_normal((n, 5))
    table = brute_margins(sentences, translations, k)
    ahead, back = parallel_counts(sentences, translations, neighbours=k)
    numbers = np.arange(n)
    assert (ahead[:, 0] > 0).tolist() == (table.argmax(1) == numbers).tolist()
    assert (back[:, 0] > 0).tolist() == (table.argmax(0) == numbers).tolist()
    assert RetrievalAccuracy().value(ahead.sum(0)) == pytest.approx(100 * np.mean(table.argmax(1) == numbers))
    plain, _ = parallel_counts(sentences, translations, neighbours=None)
    cosines = np.array([[cosine(a, b) for b in translations] for a in sentences])
    assert (plain[:, 0] > 0).tolist() == (cosines.argmax(1) == numbers).tolist()
