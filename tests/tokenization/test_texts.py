from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.tokenization import texts
from sprachbund.tokenization.texts import Texts

MANY = st.lists(st.text(max_size=5), max_size=12)


@given(MANY, st.integers(-14, 14), st.slices(12))
def test_texts_are_a_sequence_of_the_same_texts(some: list[str], number: int, part: slice) -> None:
    stored = Texts.of(some)
    assert list(stored) == some
    assert len(stored) == len(some)
    assert stored[part] == some[part]
    if -len(some) <= number < len(some):
        assert stored[number] == some[number]
    else:
        with pytest.raises(IndexError):
            stored[number]


@given(MANY, MANY)
def test_they_equal_what_holds_the_same_texts(some: list[str], others: list[str]) -> None:
    assert (Texts.of(some) == Texts.of(others)) == (some == others)
    assert (Texts.of(some) == tuple(others)) == (some == others)
    assert Texts.of(["a"]) != "a"


def test_more_texts_than_are_decoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_AT_ONCE", 3)
    some = [f"ü{number}" for number in range(10)]
    assert list(Texts.of(some)) == some
    assert repr(Texts.of(some)) == "Texts(10 texts)"
