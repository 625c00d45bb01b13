"""Tables as LaTeX: structure that compiles whatever the cells hold, notes below, long tables over pages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.report.latex import latex_table, latex_text
from sprachbund.report.tables import Cell, Column, Line, Table
from tests.report.latex_structure import check_latex

_TEXTS = st.text(st.one_of(st.sampled_from("\\{}&%$#_~^<>|[]*`\"'-−–\n\t a"),
                           st.characters(exclude_categories=("Cs",))))


def _table(rows: list[list[str]], **given: object) -> Table:
    lines = tuple(Line(tuple(Cell(text, (text,) if text else ()) for text in row)) for row in rows)
    columns = (Column("System"), Column("50 % [x]", numeric=True))
    return Table("all_x", "A & B", "Points; seeds 1, 2.", columns, lines, **given)  # type: ignore[arg-type]


def test_a_table_has_rules_caption_label_and_notes() -> None:
    text = latex_table(_table([["DLFA (k=10)", "81.2"]]), ("Languages: de, fi.",))
    rows = check_latex(text)
    assert rows == [["System", r"50 \% {[}x{]}"],
                    [r"DLFA (k=10) {\footnotesize (DLFA (k=10))}", r"81.2 {\footnotesize (81.2)}"]]
    for part in (r"\toprule", r"\midrule", r"\bottomrule", r"\caption{A \& B}\label{tab:all-x}",
                 "Points; seeds 1, 2. Languages: de, fi."):
        assert part in text


@given(st.lists(st.lists(_TEXTS, min_size=2, max_size=2), min_size=1, max_size=4), _TEXTS)
def test_any_text_leaves_the_structure_whole(rows: list[list[str]], note: str) -> None:
    assert len(check_latex(latex_table(_table(rows), (note,)))) == 1 + len(rows)


@given(_TEXTS)
def test_escaped_text_has_no_markup_of_its_own(text: str) -> None:
    bare = re.sub(r"\\(text[a-z]+|dots)\{\}|\\[{}&%$#_]|\$[^$]*\$|\{[\[\]*]\}|~", "", latex_text(text))
    assert not set(bare) & set("\\{}&%$#_^<>|[]*\n\t")


def test_many_rows_run_over_pages() -> None:
    text = latex_table(_table([["a", str(number)] for number in range(60)]))
    assert r"\begin{longtable}{lr}" in text
    assert r"\endhead" in text
    assert "longtable" in text.splitlines()[0]
    assert len(check_latex(text)) == 61


def test_long_text_columns_are_broken() -> None:
    assert r"\begin{tabular}{p{0.36\linewidth}r}" in latex_table(_table([["af, ar, bg, " * 5, "1"]]))


def test_groups_stand_above_their_rows() -> None:
    lines = (Line((Cell("a"), Cell("1")), group="x_1"), Line((Cell("b"), Cell("2")), group="y"))
    rows = check_latex(latex_table(Table("t", "T", "", (Column("S"), Column("n", True)), lines, grouped=True)))
    assert [row[0] for row in rows] == ["S", r"\textbf{x\_1}", "a", r"\textbf{y}", "b"]


@pytest.mark.parametrize(("tone", "arrow"), [("better", r"\uparrow"), ("worse", r"\downarrow")])
def test_significant_differences_are_marked(tone: str, arrow: str) -> None:
    line = Line((Cell("+1.0", tone=tone),))  # type: ignore[arg-type]
    assert arrow in latex_table(Table("t", "T", "", (Column("d", True),), (line,)))
