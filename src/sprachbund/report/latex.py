"""A report's table as LaTeX: booktabs, one row a line, the same number of cells in each; notes below it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from sprachbund.report.tables import Cell, Table

_LONGEST = 40
"""Rows that a page holds; a table with more runs over pages."""
_WIDEST = 45
"""Characters of a text column that stays on one line."""
_ARROWS = {"better": r" $\uparrow$", "worse": r" $\downarrow$", "": ""}
_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "[": "{[}", "]": "{]}", "*": "{*}", "`": r"\textasciigrave{}", '"': r"\textquotedbl{}",
    "−": "$-$", "±": r"$\pm$", "×": r"$\times$", "–": "--", "—": "---", "…": r"\dots{}", "\u00a0": "~",
    "≥": r"$\geq$", "≤": r"$\leq$", "→": r"$\rightarrow$", "·": r"$\cdot$", "▲": r"$\uparrow$", "▼": r"$\downarrow$",
}


def latex_text(text: str) -> str:
    r"""A text with everything escaped that LaTeX reads as markup; letters stay as they are, in UTF-8.

    Square brackets and stars are wrapped, since they are options at the start of a row; line ends become blanks,
    control characters go.

    >>> latex_text("50 % of R&D_1 [−0.4]")
    '50 \\% of R\\&D\\_1 {[}$-$0.4{]}'
    """
    flat = " ".join(text.split("\n")) if "\n" in text else text
    return "".join(_escaped(character) for character in flat)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in ("Cc", "Cs", "Cn") else character


def latex_table(table: Table, notes: Sequence[str] = ()) -> str:
    """The table as a float, or as a `longtable` where it has more rows than a page.

    Args:
        table: its caption, with metric, interval and seeds, becomes the notes' first sentence.
        notes: more sentences below it (language set, encoder).

    Returns:
        A piece to `\\input`; its head names the packages it needs.
    """
    kind = "longtable" if len(table.lines) > _LONGEST else "tabular"
    packages = "booktabs, longtable" if kind == "longtable" else "booktabs"
    head = f"% needs the packages {packages}; letters beyond Latin need XeLaTeX or LuaLaTeX with a font that has them"
    told = " ".join(latex_text(note) for note in (table.caption, *notes) if note)
    alignment = "".join(_alignment(table, place) for place in range(len(table.columns)))
    title = rf"\caption{{{latex_text(table.title)}}}\label{{tab:{_label(table.name)}}}"
    columns = _row([latex_text(column.label) for column in table.columns])
    if kind == "longtable":
        parts = [head, r"{\small", rf"\begin{{longtable}}{{{alignment}}}", title + r" \\", r"\toprule", columns,
                 r"\midrule", r"\endhead", *_rows(table), r"\bottomrule", r"\end{longtable}"]
        return "\n".join([*parts, *([rf"\noindent\footnotesize {told}\par"] if told else []), "}"]) + "\n"
    parts = [head, r"\begin{table}", r"\centering\small", title, rf"\begin{{tabular}}{{{alignment}}}", r"\toprule",
             columns, r"\midrule", *_rows(table), r"\bottomrule", r"\end{tabular}"]
    below = [r"\par\medskip", rf"\begin{{minipage}}{{\linewidth}}\footnotesize {told}\end{{minipage}}"] if told else []
    return "\n".join([*parts, *below, r"\end{table}"]) + "\n"


def _alignment(table: Table, place: int) -> str:
    if table.columns[place].numeric:
        return "r"
    widest = max((len(line.cells[place].text) + len(", ".join(line.cells[place].details)) for line in table.lines),
                 default=0)
    return r"p{0.36\linewidth}" if widest > _WIDEST else "l"


def _rows(table: Table) -> list[str]:
    rows: list[str] = []
    group: str | None = None
    for line in table.lines:
        if table.grouped and line.group != group:
            rows += [r"\addlinespace"] if group is not None else []
            group = line.group
            rows.append(_row([rf"\textbf{{{latex_text(group)}}}", *[""] * (len(table.columns) - 1)]))
        rows.append(_row([_cell(cell) for cell in line.cells]))
    return rows


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"


def _cell(cell: Cell) -> str:
    detail = rf" {{\footnotesize ({latex_text(', '.join(cell.details))})}}" if cell.details else ""
    return latex_text(cell.text) + _ARROWS[cell.tone] + detail


def _label(name: str) -> str:
    return "".join(character if character.isascii() and character.isalnum() else "-" for character in name)
