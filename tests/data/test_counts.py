from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.data.counts import Places, Tally, twice_encoded
from sprachbund.data.examples import Answer, ChoiceExample, FrameExample, QuestionExample, TextExample, TokenExample


def test_sentences_words_and_labels_are_counted() -> None:
    tally = Tally(set(), collects=False)
    examples = [TokenExample("1", ("Anna", "sleeps"), ("B-PER", "O")), TokenExample("2", ("Tea",), ("O",)),
                TokenExample("3", ("x",))]
    assert list(tally.watch(iter(examples))) == examples
    counted = tally.counts("en", "train", {"a": 1})
    assert (counted.examples, counted.words, counted.characters, counted.unlabelled) == (3, 4, 14, 1)
    assert list(counted.labels.items()) == [("O", 2), ("B-PER", 1)]
    assert (counted.lengths, counted.letters, counted.notes) == ({1: 2, 2: 1}, {"LATIN": 14}, {"a": 1})


def test_frames_count_slots_and_intents_and_what_is_missing_of_either() -> None:
    tally = Tally(set(), collects=False)
    for frame in (FrameExample("1", ("a", "b"), ("O", "B-x"), intent="ask"), FrameExample("2", ("c",), ("O",)),
                  FrameExample("3", ("d", "e"), None, intent="ask")):
        tally.add(frame)
    assert (tally.words, tally.unlabelled) == (5, 3)
    assert tally.labels == {"O": 2, "B-x": 1, "intent:ask": 2}


def test_questions_without_answers_and_with_blanked_ones() -> None:
    tally = Tally(set(), collects=False)
    for number, answers in enumerate([None, (), (Answer("", 0),), (Answer("b", 2),)]):
        tally.add(QuestionExample(str(number), f"Q{number}?", "a b", answers))
    assert tally.unlabelled == 2, "none given, and one blanked; an empty tuple says that there is no answer"


def test_choices_are_counted_with_the_number_of_the_right_one() -> None:
    tally = Tally(set(), collects=False)
    for number, answer in enumerate([0, 1, 1, None]):
        tally.add(ChoiceExample(str(number), "It rained.", "Why?", ("A b", "C"), answer))
    counted = tally.counts("en", "test", {})
    assert (counted.labels, counted.unlabelled) == ({"2": 2, "1": 1}, 1)
    assert (counted.words, counted.lengths) == (4 * 6, {6: 4})
    assert counted.repeated.count == 3, "whichever choice is right"


def test_repetitions_and_what_training_has() -> None:
    known: set[bytes] = set()
    training = Tally(known, collects=True)
    training.add(TextExample("a", "Ja", "gut"))
    test = Tally(known, collects=False)
    for identity, text in (("1", "JA"), ("2", "Nein"), ("3", "nein")):
        test.add(TextExample(identity, text, "gut"))
    counted = test.counts("de", "test", {})
    assert (counted.in_training, counted.repeated) == (Places(1, ("1",)), Places(1, ("3",)))
    assert training.counts("de", "train", {}).in_training == Places()


@pytest.mark.parametrize("text", ["KÃ¤se", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "â€œsoâ€\x9d", "æ—¥æœ¬"])
def test_text_that_was_encoded_twice(text: str) -> None:
    assert twice_encoded(text)


@pytest.mark.parametrize("text", ["Käse", "«Été»", "ÄÖÜ–", "“CAFÉ”", "ÉTÉ»", "Привет", "日本", "naïve—so", "ascii",
                                  "Ñandú", "À¿"])
def test_text_that_was_not(text: str) -> None:
    assert not twice_encoded(text)


@given(st.text(st.characters(min_codepoint=0xA1, max_codepoint=0xFF), min_size=1))
def test_what_is_encoded_twice_is_found(text: str) -> None:
    assert twice_encoded(text.encode("utf-8").decode("latin-1"))
