from __future__ import annotations

import numpy as np
import pytest

from sprachbund.core.errors import LabelError
from sprachbund.metrics.flattening import NOTHING, flatten
from sprachbund.metrics.macro_f1 import MacroF1


def test_labels_beyond_the_space_get_the_next_ids() -> None:
    flat = flatten([("b", "x"), ("a",)], [(None, "y"), ("x",)], ["a", "b"])
    assert flat.labels == ("a", "b", "x", "y")
    assert flat.gold.tolist() == [1, 2, 0]
    assert flat.predicted.tolist() == [NOTHING, 3, 2]
    assert flat.example.tolist() == [0, 0, 1]
    assert flat.add_up(np.array([True, True, False])).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([("a",)], [], "1 examples have gold labels, 0 have predictions"),
        ([("a",), ("a", "a")], [("a",), ("a",)], "example 2 has 2 gold labels and 1 predictions"),
        ([("a", None)], [("a", "a")], "a gold label is None"),
    ],
)
def test_what_does_not_fit_together_is_refused(gold: list, predicted: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        flatten(gold, predicted)


def test_a_label_outside_the_space_is_refused_with_near_matches() -> None:
    with pytest.raises(LabelError, match=r"the label 'NUON', which is not in the label space \(near: NOUN\)"):
        MacroF1().count([("NUON",)], [("NOUN",)], ["NOUN", "VERB"])
