from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sprachbund.data.formats.identities import Identities, SeenTexts


def test_examples_have_the_files_id_or_their_position() -> None:
    notes = Counter[str]()
    identities = Identities(notes)
    assert [identities.next(own) for own in (None, "weblog-1", "", "weblog-1")] == ["1", "weblog-1", "3", "weblog-1#4"]
    assert notes == {"repeated_ids": 1}


@given(st.lists(st.none() | st.sampled_from(["1", "2", "3#2", "1#3", "a", "a#2"])))
def test_identities_are_unique_whatever_the_file_calls_them(own: list[str | None]) -> None:
    identities = Identities(Counter())
    given_out = [identities.next(name) for name in own]
    assert len(set(given_out)) == len(own)


@given(st.lists(st.none() | st.sampled_from(["1", "2", "3", "3#2", "a", "a#2", "a#2'"]), max_size=12))
def test_they_are_those_that_a_set_of_all_texts_gives(own: list[str | None]) -> None:
    seen: set[str] = set()
    expected = []
    for position, name in enumerate(own, start=1):
        identity = name or str(position)
        if identity in seen:
            identity = f"{identity}#{position}"
            while identity in seen:
                identity += "'"
        seen.add(identity)
        expected.append(identity)
    identities = Identities(Counter())
    assert [identities.next(name) for name in own] == expected


def test_texts_that_were_seen_take_few_bytes() -> None:
    seen = SeenTexts()
    names = [f"sentence-{number}" for number in range(5000)]
    assert all(map(seen.add, names))
    assert not any(map(seen.add, names))
    assert len(seen._table) * seen._table.itemsize < 25 * len(names)
