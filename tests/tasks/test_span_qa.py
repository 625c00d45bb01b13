from __future__ import annotations

import pytest

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.data.examples import Answer, Example, QuestionExample, TextExample
from sprachbund.data.labels import LabelSpace
from sprachbund.tasks.span_qa import SpanQa

GOOD = QuestionExample("1", "Wer?", "Eva ging.", (Answer("Eva", 0),), Location("a.json", 1))


def test_start_and_end_are_its_labels_whatever_the_data() -> None:
    space = SpanQa().label_space([])
    assert space == LabelSpace(kind="span", labels=("start", "end"))
    assert not space.spans
    assert SpanQa().metrics(space) == ("squad_f1", "squad_exact", "mlqa_f1", "mlqa_exact")


@pytest.mark.parametrize(("example", "message"), [
    (TextExample("2", "Ja", location=Location("b.tsv", 4)),
     "span_qa needs questions with a context, found words or a text"),
    (QuestionExample("q7", "Wer?", "Eva.", None, Location("a.json", 9)), "the question q7 has no answer, or a blank"),
])
def test_what_it_cannot_use_is_refused(example: Example, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        list(SpanQa().checked([GOOD, example], needs_labels=True))
    assert caught.value.where == example.location


def test_blank_answers_name_their_usual_cause() -> None:
    with pytest.raises(DataError) as caught:
        list(SpanQa().checked([QuestionExample("1", "a", "b", None)], needs_labels=True))
    assert "copies of test sets made by XTREME's script have blank answers" in str(caught.value.remedy)


def test_questions_without_answers_will_do_for_prediction() -> None:
    bare = QuestionExample("1", "Wer?", "Eva.", None)
    assert list(SpanQa().checked([bare], needs_labels=False)) == [bare]
    with pytest.raises(DataError, match="not one question"):
        list(SpanQa().checked([], needs_labels=False))
