from __future__ import annotations

import pickle

from sprachbund.core.source import Location
from sprachbund.data.examples import ChoiceExample, Corpus, FrameExample, TextExample, TokenExample, shown


def test_examples_compare_by_value_and_cross_processes() -> None:
    token = TokenExample("1", ("a", "b"), ("X", "Y"), Location("f", 1))
    text = TextExample("1", "a", "b", "yes")
    corpus = Corpus("set", "de", "test", (token,), "0" * 64, {"blank_labels": 1})
    frame = FrameExample("1", ("a", "b"), ("X", "Y"), Location("f", 1), intent="z")
    for value in (token, text, corpus, frame):
        assert pickle.loads(pickle.dumps(value)) == value
    assert TextExample("1", "a") != TextExample("1", "a", "")
    assert frame != token


def test_a_frame_is_its_intent_and_its_slots_whatever_of_them_is_given() -> None:
    whole = FrameExample("1", ("wake", "me"), ("O", "O"), intent="alarm")
    assert whole.frame == ("intent:alarm", "O", "O")
    assert FrameExample("1", ("wake", "me")).frame == (None, None, None)
    assert FrameExample("1", ("wake",), intent="alarm").frame == ("intent:alarm", None)
    assert shown(whole) == "wake me"


def test_choices_are_read_after_what_they_share() -> None:
    asked = ChoiceExample("1", "It rained.", "Why?", ("A", "B"), 1)
    assert (asked.label, asked.first, asked.seconds) == ("2", "It rained.", ("Why? A", "Why? B"))
    alone = ChoiceExample("1", "", "Why?", ("A", "B"))
    assert (alone.label, alone.first, alone.seconds) == (None, "Why?", ("A", "B"))
    assert ChoiceExample("1", "It", "", ("rained.", "sang.")).seconds == ("rained.", "sang.")
    assert shown(asked) == "It rained. | Why? A / Why? B"
