from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.errors import LabelError
from sprachbund.data.examples import ChoiceExample, Example, FrameExample, TextExample, TokenExample
from sprachbund.data.labels import (
    RIGHT,
    LabelSpace,
    LabelWitnesses,
    first_unknown,
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


def test_the_intents_of_a_joint_space_follow_its_slots() -> None:
    space = label_space_of([FrameExample("1", ("a", "b"), ("B-Y", "I-Y"), intent="A"),
                            FrameExample("2", ("c",), ("B-X",), intent="B-X"), FrameExample("3", ("d",))])
    assert (space.kind, space.labels) == ("joint", ("O", "B-X", "B-Y", "I-Y", "intent:A", "intent:B-X"))
    assert space.intents == ("intent:A", "intent:B-X")
    assert LabelSpace(kind="tokens", labels=("O", "intent:A")).intents == ()


def test_an_intent_and_a_slot_that_the_space_lacks_are_found() -> None:
    space = LabelSpace(kind="joint", labels=("O", "B-X", "intent:A"))
    good, slot = FrameExample("1", ("a",), ("B-X",), intent="A"), FrameExample("2", ("a",), ("B-Y",), intent="A")
    intent = FrameExample("3", ("a",), ("O",), intent="B")
    assert first_unknown([good, slot], space) is slot
    assert first_unknown([good, intent], space) is intent


def test_span_schemes() -> None:
    assert is_span_scheme(["O", "S-X", "E-X", "U-Y", "L-Y"])
    assert not is_span_scheme(["O"])
    assert not is_span_scheme(["O", "B-X", "NOUN"])


def test_no_label_at_all_is_refused() -> None:
    with pytest.raises(LabelError, match="no training example has a label\n  → check the columns"):
        label_space_of([TextExample("1", "x")])


def test_choices_have_no_labels() -> None:
    choice = ChoiceExample("1", "", "Why?", ("A", "B"), 1)
    with pytest.raises(LabelError, match="no labels\n  → use the task multiple_choice"):
        label_space_of([choice])
    assert first_unknown([choice], LabelSpace(kind="choice", labels=RIGHT)) is None


def test_the_first_example_with_an_unknown_label_is_found() -> None:
    good, blank = TokenExample("1", ("a", "b"), ("NOUN", "ADJ")), TokenExample("2", ("a",))
    bad = TokenExample("3", ("a", "b"), ("NOUN", "NOUM"))
    assert first_unknown([good, blank, bad], SPACE) is bad
    assert first_unknown([good, blank], SPACE) is None
    texts = LabelSpace(kind="sequence", labels=("yes",))
    unlabelled, other = TextExample("1", "x"), TextExample("2", "x", label="no")
    assert first_unknown([unlabelled, other], texts) is other


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1) | st.none(), min_size=1), st.booleans())
def test_witnesses_show_every_label(rows: list[list[str] | None], tokens: bool) -> None:
    examples: list[Example] = [
        TokenExample(str(number), ("w",) * len(row or "w"), None if row is None else tuple(row)) if tokens
        else TextExample(str(number), "w", label=None if row is None else row[0])
        for number, row in enumerate(rows)
    ]
    witnesses = LabelWitnesses()
    assert list(witnesses.watch(examples)) == examples
    assert len(witnesses.examples) <= 4
    if any(rows):
        assert label_space_of(witnesses.examples) == label_space_of(examples)
    else:
        assert witnesses.examples == examples[:1]
