"""How a message names a place."""

from __future__ import annotations

import pytest

from sprachbund.core.source import Location


@pytest.mark.parametrize(("place", "text"), [
    (Location("a.bin"), "a.bin"),
    (Location("de.tsv", 3), "de.tsv, line 3"),
    (Location("de.tsv", 3, 7), "de.tsv, line 3, column 7"),
])
def test_a_place_reads_as_in_a_sentence(place: Location, text: str) -> None:
    assert str(place) == text
