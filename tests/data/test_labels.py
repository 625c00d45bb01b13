from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.errors import LabelError
from sprachbund.core.source import Location
from sprachbund.data.examples import TextExample, TokenExample
from sprachbund.data.labels import (
    LabelSpace,
    check_labels,
    is_span_scheme,
    label_space,
    label_space_of,
)

SPACE = LabelSpace(kind="tokens", labels=("ADJ", "NOUN"))


def test_outside_comes_first_and_is_always_there_in_spans() -> None:
    space = label_space_of([TokenExample("1", ("a", "b"), ("I-PER", "B-LOC"))])
    assert (space.labels, space.spans, space.ids()) == (("O", "B-LOC", "I-PER"), True, {"O": 0, "B-LOC": 1, "I-PER": 2})


def test_a_label_called_o_has_no_place_of_its_own_in_texts() -> None:
    space = label_space_of([TextExample("1", "x", label="O"), TextExample("2", "y", label="B-x")])
    assert (space.labels, space.spans) == (("B-x", "O"), False)


@given(st.sets(st.sampled_from(["O", "B-X", "I-X", "NOUN", "X", "B-"]), min_size=1), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_data(labels: set[str], draw: object) -> None:
    shuffled = sorted(labels, key=lambda label: draw.random())  # type: ignore[attr-defined]
    assert label_space("tokens", shuffled) == label_space("tokens", sorted(labels))


def test_span_schemes() -> None:
    assert is_span_scheme(["O", "S-X", "E-X", "U-Y", "L-Y"])
    assert not is_span_scheme(["O"])
    assert not is_span_scheme(["O", "B-X", "NOUN"])


def test_no_label_at_all_is_refused() -> None:
    with pytest.raises(LabelError, match="no training example has a label\n  → check the columns"):
        label_space_of([TextExample("1", "x")])


def test_unknown_labels_fail_with_their_place_or_are_counted() -> None:
    labels = [("NOUN", None), ("NOUM", Location("de.conllu", 8)), ("X", None), ("X", None)]
    with pytest.raises(LabelError, match=r"de\.conllu, line 8: the de data have the label 'NOUM'.*\(near: NOUN\)"):
        check_labels(labels, SPACE, "fail", language="de")
    counted = check_labels(labels, SPACE, "ignore", language="de")
    assert (counted.total, counted.counts) == (3, Counter({"X": 2, "NOUM": 1}))
