from __future__ import annotations

import pytest

from sprachbund.core.errors import DataError, LabelError
from sprachbund.core.source import Location
from sprachbund.data.examples import Example, FrameExample, TextExample, TokenExample
from sprachbund.tasks.intent_slots import IntentSlots

GOOD = FrameExample("1", ("wake", "me"), ("O", "B-who"), Location("a.conll", 1), "alarm")


def test_its_labels_are_slots_then_intents_and_both_together_come_first() -> None:
    space = IntentSlots().label_space([GOOD])
    assert (space.kind, space.labels) == ("joint", ("O", "B-who", "intent:alarm"))
    assert IntentSlots().metrics(space) == ("frame_accuracy", "slot_f1", "intent_accuracy")
    with pytest.raises(LabelError, match="no training example has a label"):
        IntentSlots().label_space([FrameExample("1", ("a",))])


@pytest.mark.parametrize(("example", "message"), [
    (TokenExample("2", ("a",), ("O",), Location("b", 4)), "needs words with an intent, found words, a text or a"),
    (TextExample("2", "Ja", location=Location("b.tsv", 4)), "needs words with an intent"),
    (FrameExample("s7", ("a",), ("O",), Location("a", 9)), "the sentence s7 has no intent"),
    (FrameExample("s7", ("a",), None, Location("a", 9), "b"), "the sentence s7 has no slots"),
    (FrameExample("s7", ("a",), ("who",), Location("a", 9), "b"), "the slot label 'who' is no span label"),
])
def test_what_it_cannot_use_is_refused(example: Example, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        list(IntentSlots().checked([GOOD, example], needs_labels=True))
    assert caught.value.where == example.location
    assert caught.value.remedy


def test_bare_sentences_will_do_for_prediction() -> None:
    bare = FrameExample("1", ("a",))
    assert list(IntentSlots().checked([bare], needs_labels=False)) == [bare]
    with pytest.raises(DataError, match="not one sentence"):
        list(IntentSlots().checked([], needs_labels=False))
