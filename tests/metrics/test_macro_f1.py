from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.metrics.macro_f1 import MacroF1

LABELS = ("a", "b", "c", "d")
PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from((*LABELS, None))), min_size=1, max_size=30)


@given(PAIRS)
@settings(deadline=None)
def test_equals_scikit_learn(pairs: list[tuple[str, str | None]]) -> None:
    f1_score = pytest.importorskip("sklearn.metrics").f1_score
    gold, predicted = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    metric = MacroF1()
    counts = metric.count([(label,) for label in gold], [(label,) for label in predicted], LABELS)
    present = sorted({*gold, *predicted} - {None})
    expected = f1_score(gold, [label or "nothing" for label in predicted], labels=present, average="macro")
    assert metric.value(counts.sum(axis=0)) == pytest.approx(100 * expected)


def test_classes_that_occur_nowhere_are_left_out() -> None:
    metric = MacroF1()
    counts = metric.count([("a",), ("a",), ("b",)], [("a",), ("c",), (None,)], LABELS)
    assert metric.columns(["a"]) == ("correct:a", "predicted:a", "gold:a")
    assert counts.sum(axis=0).tolist() == [1, 1, 2, 0, 0, 1, 0, 1, 0, 0, 0, 0]
    assert metric.value(counts.sum(axis=0)) == pytest.approx(100 * (2 / 3 + 0 + 0) / 3)
    assert np.isnan(metric.value(np.zeros(12)))
    assert metric.repaired([("a",)]).tolist() == [0]
