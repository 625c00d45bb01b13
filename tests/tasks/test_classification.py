from __future__ import annotations

import pytest

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.data.examples import TextExample, TokenExample
from sprachbund.tasks.classification import Classification

PLACE = Location("a.tsv", 3)
SINGLE = TextExample("1", "Ja", label="B-gut", location=PLACE)
PAIR = TextExample("2", "Ja", "Nein", "O", PLACE)


def test_labels_of_texts_are_never_spans() -> None:
    task = Classification()
    space = task.label_space([SINGLE, TextExample("2", "Nein", label="A")])
    assert (space.labels, space.spans, task.metrics(space)) == (("A", "B-gut"), False, ("accuracy", "macro_f1"))


@pytest.mark.parametrize(("examples", "message"), [
    ([], "there is not one text"),
    ([TokenExample("1", ("Ja",), ("X",), PLACE)], "a.tsv, line 3: classification needs whole texts, found words"),
    ([TextExample("9", "Ja", location=PLACE)], "a.tsv, line 3: the example 9 has no label"),
    ([SINGLE, PAIR], "a.tsv, line 3: single texts and pairs of texts are mixed"),
])
def test_what_it_cannot_use_is_told_with_its_place(examples: list[TextExample], message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(Classification().checked(examples, needs_labels=True))


def test_pairs_and_texts_without_labels_are_fine_where_none_are_needed() -> None:
    given = [PAIR, TextExample("3", "a", "b")]
    assert list(Classification().checked(given, needs_labels=False)) == given
