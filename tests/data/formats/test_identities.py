from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sprachbund.data.formats.identities import Identities


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
