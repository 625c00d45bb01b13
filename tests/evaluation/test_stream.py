"""A model refuses input of another kind than it was trained on, before it is asked anything."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.data.examples import ChoiceExample, Example, FrameExample, QuestionExample, TextExample, TokenExample
from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation.stream import label_stream

HERE = Location("a.txt", 3)
TEXT, WORDS = TextExample("7", "a b", location=HERE), TokenExample("7", ("a", "b"), location=HERE)
CHOICES = ChoiceExample("7", "a", "b?", ("c", "d"), location=HERE)
FRAME, QUESTION = FrameExample("7", ("a", "b"), location=HERE), QuestionExample("7", "a?", "b", location=HERE)


@pytest.mark.parametrize(("kind", "example", "message"), [
    ("tokens", TEXT, "the model labels words, and example 7 is a text"),
    ("tokens", FRAME, "the model labels words, and example 7 is words with an intent"),
    ("sequence", WORDS, "the model labels texts, and example 7 is words"),
    ("span", TEXT, "the model answers questions, and example 7 is a text"),
    ("joint", WORDS, "the model labels sentences and their words, and example 7 is words"),
    ("joint", QUESTION, "the model labels sentences and their words, and example 7 is a question"),
    ("choice", QUESTION, "the model chooses among choices, and example 7 is a question"),
    ("sequence", CHOICES, "the model labels texts, and example 7 is a question with choices"),
])
def test_input_of_another_kind_is_refused_with_its_place(kind: str, example: Example, message: str) -> None:
    model = SimpleNamespace(labels=LabelSpace.model_validate({"kind": kind, "labels": ("a", "b")}))
    with pytest.raises(DataError, match=message) as caught:
        next(label_stream(cast("Any", model), [example]))
    assert caught.value.where == HERE
