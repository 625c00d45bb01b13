"""Scores of frames equal those of the xSID paper's script, on stored cases, and what they are made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.metrics.accuracy import Accuracy
from sprachbund.metrics.frames import NOT_ASKED, FrameAccuracy, IntentAccuracy, SlotF1
from sprachbund.metrics.metric import FRAME_METRICS, METRICS
from sprachbund.metrics.spans import SpanF1

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "frames.json").read_text(encoding="utf-8"))
"""Random frames with the figures of the script that `source` names."""
LABELS = ("O", "B-x", "I-x", "B-y", "I-y")
INTENTS = ("a", "b")


def _score(name: str, case: dict[str, Any]) -> float:
    metric = METRICS.load(name).value()
    return float(metric.value(metric.count(case["gold"], case["predicted"], ()).sum(axis=0)))


@pytest.mark.parametrize("name", FRAME_METRICS)
def test_scores_equal_those_of_the_script(name: str) -> None:
    scores = [_score(name, case) for case in GOLDEN["cases"]]
    assert scores == pytest.approx([case[name] for case in GOLDEN["cases"]])
    assert len(set(scores)) > 3


@pytest.mark.parametrize(("name", "slot_f1", "theirs"), [
    ("the last word of a sentence", 0.0, 100.0),
    ("a slot that nothing has begun", 100.0, 0.0),
    ("a type that changes within a slot", 0.0, 100.0),
])
def test_where_slots_are_read_otherwise_than_by_the_script(name: str, slot_f1: float, theirs: float) -> None:
    case = GOLDEN["odd"][name]
    assert case["slot_f1"] == case["frame_accuracy"] == pytest.approx(theirs)
    assert _score("slot_f1", case) == _score("frame_accuracy", case) == slot_f1


def frames() -> st.SearchStrategy[tuple[list[list[str]], list[list[str | None]]]]:
    word = st.tuples(st.sampled_from(LABELS), st.sampled_from([*LABELS, None]), st.booleans())
    intent = st.tuples(st.sampled_from(INTENTS), st.sampled_from([*INTENTS, None]), st.booleans())
    frame = st.tuples(intent, st.lists(word, max_size=6)).map(lambda one: [one[0], *one[1]])
    return st.lists(frame, min_size=1, max_size=6).map(lambda corpus: (
        [[gold for gold, _, _ in one] for one in corpus],
        [[gold if right else given for gold, given, right in one] for one in corpus],
    ))


@given(frames())
@settings(deadline=None)
def test_halves_are_those_of_the_metrics_of_words_and_texts(
    corpus: tuple[list[list[str]], list[list[str | None]]]
) -> None:
    gold, predicted = corpus
    slots = [one[1:] for one in gold], [one[1:] for one in predicted]
    intents = [one[:1] for one in gold], [one[:1] for one in predicted]
    np.testing.assert_array_equal(SlotF1().count(gold, predicted, ()), SpanF1().count(*slots, ()))
    np.testing.assert_array_equal(SlotF1().repaired(predicted), SpanF1().repaired(slots[1]))
    np.testing.assert_array_equal(IntentAccuracy().count(gold, predicted, ()), Accuracy().count(*intents, ()))


@given(frames())
@settings(deadline=None)
def test_a_frame_is_right_if_and_only_if_both_halves_are_and_all_words_are_predicted(
    corpus: tuple[list[list[str]], list[list[str | None]]]
) -> None:
    gold, predicted = corpus
    right, total = FrameAccuracy().count(gold, predicted, ()).T
    assert total.tolist() == [1] * len(gold)
    intents = IntentAccuracy().count(gold, predicted, ())[:, 0]
    correct, found, wanted = SlotF1().count(gold, predicted, ()).T
    whole = np.array([None not in one for one in predicted])
    np.testing.assert_array_equal(right == 1, (intents == 1) & (correct == found) & (found == wanted) & whole)


def test_a_repaired_slot_can_make_a_frame_right() -> None:
    case = {"gold": [["a", "O", "B-x", "I-x"]], "predicted": [["a", "O", "I-x", "I-x"]]}
    assert _score("frame_accuracy", case) == 100
    assert SlotF1().repaired([["a", "O", "I-x", "I-x"], ["I-x", "O"]]).tolist() == [1, 0]


def test_an_intent_that_is_not_asked_for_leaves_the_slots_in_the_scores() -> None:
    gold, predicted = [[NOT_ASKED, "B-x"], ["a", "O"]], [["b", "B-x"], ["a", "O"]]
    assert IntentAccuracy().count(gold, predicted, ()).tolist() == [[0, 0], [1, 1]]
    assert FrameAccuracy().count(gold, predicted, ()).tolist() == [[0, 0], [1, 1]]
    assert SlotF1().count(gold, predicted, ()).tolist() == [[1, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize("name", FRAME_METRICS)
def test_frames_of_another_length_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="differ in number or length"):
        METRICS.load(name).value().count([["a", "O"]], [["a"]], ())
