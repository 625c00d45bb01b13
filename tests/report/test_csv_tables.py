"""Tables as CSV: numbers as they are, details beside them, whatever the cells hold."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from sprachbund.report.csv_tables import csv_table
from sprachbund.report.tables import NONE, Cell, Column, Line, Table


def _read(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_table(table), newline="")))


def test_numbers_are_exact_and_details_have_columns_of_their_own() -> None:
    columns = (Column("Language"), Column("last layer", numeric=True), Column("Difference", numeric=True))
    lines = (Line((Cell("German"), Cell("81.2", ("79.9–82.5", "sd 0.20"), 81.2345678),
                   Cell("−1.5", ("−3.9 to +2.3",)))),
             Line((Cell("Thai"), Cell(NONE, sort=float("-inf")), Cell("12,345"))))
    assert _read(Table("t", "T", "", columns, lines)) == [
        ["Language", "last layer", "last layer, details", "Difference", "Difference, details"],
        ["German", "81.2345678", "79.9 to 82.5; sd 0.20", "-1.5", "-3.9 to +2.3"],
        ["Thai", "", "", "12345", ""],
    ]


def test_a_grouped_table_names_its_groups() -> None:
    lines = (Line((Cell("a"),), group="xnli"), Line((Cell("b"),), group="panx"))
    assert _read(Table("t", "T", "", (Column("System"),), lines, grouped=True)) == [
        ["Group", "System"], ["xnli", "a"], ["panx", "b"]]


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\r\x00–−", exclude_categories=("Cs",))), min_size=2,
                         max_size=2), min_size=1, max_size=5))
def test_any_text_is_read_back(rows: list[list[str]]) -> None:
    lines = tuple(Line(tuple(map(Cell, row))) for row in rows)
    assert _read(Table("t", "T", "", (Column("a"), Column("b")), lines))[1:] == rows
