from __future__ import annotations

import numpy as np

from sprachbund.metrics.accuracy import Accuracy


def test_words_without_a_prediction_are_wrong() -> None:
    metric = Accuracy()
    counts = metric.count([("a", "b"), ("a",), ()], [("a", None), (None,), ()], ["a", "b"])
    assert counts.tolist() == [[1, 2], [0, 1], [0, 0]]
    assert metric.value(counts.sum(axis=0)) == 100 / 3
    assert np.isnan(metric.value(counts)[2])
    assert metric.repaired([("a", None)]).tolist() == [0]
    assert metric.columns(["a"]) == ("correct", "total")
