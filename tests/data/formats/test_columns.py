from __future__ import annotations

import pytest

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.data.formats.columns import Columns, find_columns
from sprachbund.data.formats.reader import ReaderOptions

HERE = Location("a.tsv", 1)


def _find(*row: str, **options: str) -> Columns:
    return find_columns(row, ReaderOptions.model_validate(options), HERE)


@pytest.mark.parametrize(("width", "expected"), [(1, (0, None, None)), (2, (0, None, 1)), (3, (0, 1, 2))])
def test_without_a_header_the_position_tells(width: int, expected: tuple[int, int | None, int | None]) -> None:
    found = _find(*["Ein Satz."] * width)
    assert (found.header, found.text, found.pair, found.label) == (False, *expected)


@pytest.mark.parametrize("row", [("text",), ("Label", "Sentence"), ("id", "text")])
def test_usual_names_make_a_header(row: tuple[str, ...]) -> None:
    assert _find(*row).header


@pytest.mark.parametrize("row", [("text", "good"), ("label", "id"), ("This is text", "label")])
def test_one_usual_name_beside_others_makes_none(row: tuple[str, ...]) -> None:
    assert not _find(*row).header


def test_named_columns_need_a_header_and_numbers_do_not() -> None:
    named = _find("Satz", "Etikett", text_column="satz", label_column="ETIKETT")
    assert (named.header, named.text, named.label) == (True, 0, 1)
    numbered = _find("x", "Ein Satz.", "gut", "y", text_column="2", label_column="3")
    assert (numbered.header, numbered.text, numbered.pair, numbered.label) == (False, 1, None, 2)
    mixed = _find("id", "text", "note", text_column="3")
    assert (mixed.header, mixed.text, mixed.identity) == (True, 2, 0)


def test_names_that_are_not_there_are_told_with_those_that_are() -> None:
    with pytest.raises(FormatError, match=r"a\.tsv, line 1: there is no column 'Sazt'\n  → did you mean Satz\?"):
        _find("Satz", "Etikett", text_column="Sazt")
    with pytest.raises(FormatError, match="there is no column 5: the table has 2"):
        _find("text", "label", text_column="5")
