from __future__ import annotations

import pytest

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.data.examples import ChoiceExample, Example, QuestionExample
from sprachbund.data.labels import RIGHT, LabelSpace
from sprachbund.tasks.multiple_choice import MultipleChoice

GOOD = ChoiceExample("1", "It rained.", "Why?", ("a", "b"), 1)


def test_one_logit_a_choice_and_accuracy_whatever_the_data() -> None:
    space = MultipleChoice().label_space([])
    assert space == LabelSpace(kind="choice", labels=RIGHT)
    assert MultipleChoice().metrics(space) == ("accuracy",)


@pytest.mark.parametrize(("example", "message"), [
    (QuestionExample("2", "Wer?", "Eva.", (), Location("b.json", 4)),
     "multiple_choice needs questions with choices, found words, a text or a question about a passage"),
    (ChoiceExample("q7", "", "Wer?", ("a", "b"), None, Location("a.jsonl", 9)),
     "nobody says which choice of the question q7 is right"),
])
def test_what_it_cannot_use_is_refused(example: Example, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        list(MultipleChoice().checked([GOOD, example], needs_labels=True))
    assert caught.value.where == example.location
    assert caught.value.remedy


def test_questions_that_nobody_labelled_will_do_for_prediction() -> None:
    bare = ChoiceExample("1", "", "Wer?", ("a", "b"))
    assert list(MultipleChoice().checked([bare], needs_labels=False)) == [bare]
    with pytest.raises(DataError, match="not one question"):
        list(MultipleChoice().checked([], needs_labels=False))
