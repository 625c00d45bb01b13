from __future__ import annotations

import pytest

from sprachbund.core.errors import DataError, LabelError
from sprachbund.core.source import Location
from sprachbund.data.examples import TextExample, TokenExample
from sprachbund.tasks.tagging import Tagging

PLACE = Location("a.conllu", 3)


def test_spans_are_scored_as_spans_and_tags_by_accuracy() -> None:
    task = Tagging()
    spans = task.label_space([TokenExample("1", ("Anna", "Bo"), ("B-PER", "I-PER"))])
    assert (spans.labels, task.metrics(spans)) == (("O", "B-PER", "I-PER"), ("span_f1", "accuracy"))
    tags = task.label_space([TokenExample("1", ("Hej", "!"), ("PUNCT", "INTJ"))])
    assert (tags.labels, task.metrics(tags)) == (("INTJ", "PUNCT"), ("accuracy", "xtreme_f1"))


def test_what_it_cannot_use_is_told_with_its_place() -> None:
    task = Tagging()
    with pytest.raises(DataError, match=r"a.conllu, line 3: tagging needs words, found a whole text"):
        list(task.checked([TextExample("1", "Hej", location=PLACE)], needs_labels=False))
    with pytest.raises(DataError, match=r"a.conllu, line 3: the sentence 7 has no labels\n  → label it"):
        list(task.checked([TokenExample("7", ("Hej",), location=PLACE)], needs_labels=True))
    with pytest.raises(DataError, match="there is not one sentence"):
        list(task.checked([], needs_labels=False))
    assert list(task.checked([TokenExample("7", ("Hej",))], needs_labels=False)) == [TokenExample("7", ("Hej",))]


def test_training_without_labels_is_refused() -> None:
    with pytest.raises(LabelError, match="no training example has a label"):
        Tagging().label_space([TokenExample("1", ("Hej",))])
