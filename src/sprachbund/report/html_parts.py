"""Pieces of a page: its frame, tables, lists, notes. Everything that comes from outside is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from sprachbund.report.figures.svg import figure_styles
from sprachbund.report.run_info import DataNote
from sprachbund.report.tables import Cell, Column, Line, Table


def page(title: str, sections: Iterable[str], *, styles: str = "") -> str:
    """The whole page around its sections, with styles and script inside.

    Args:
        title: of the page.
        sections: HTML.
        styles: name of a style sheet of this package for what the page has beside the usual, or "".
    """
    folder = files("sprachbund.report")
    sheets = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", styles) if name)
    script = folder.joinpath("page.js").read_text(encoding="utf-8")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{figure_styles()}{sheets}</style>
</head>
<body>
<main>
{"".join(sections)}</main>
<script>
{script}</script>
</body>
</html>
"""


def table_html(table: Table, provenance: str = "", *, sortable: bool = False) -> str:
    """A table with its caption and the provenance above it; wide ones scroll inside their own box."""
    head = "".join(f'<th scope="col" class="{_column_class(column)}">{escape(column.label)}</th>'
                   for column in table.columns)
    body = "".join(_lines(table))
    caption = escape(" ".join(part for part in (table.caption, provenance) if part))
    kind = ' class="sortable"' if sortable else ""
    told = f"{table.name}-caption"
    return (f'<p class="caption" id="{escape(told)}">{caption}</p>\n'
            f'<div class="scroll" role="region" aria-label="{escape(table.title)}" tabindex="0">'
            f'<table{kind} aria-describedby="{escape(told)}"><caption>{escape(table.title)}</caption>'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n")


def note_card(note: DataNote) -> str:
    """Licence and citation of a data set or model."""
    lines = [f"<strong>{escape(note.name)}</strong>"]
    lines += [escape(item) for item in (note.description, note.citation, note.url) if item]
    lines.append(f"Licence: {escape(note.licence or 'not stated')}")
    return f'<p class="note-card">{"<br>".join(lines)}</p>\n'


def pairs_table(pairs: Iterable[tuple[str, str]]) -> str:
    """Names with their values."""
    rows = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in pairs)
    return f'<table class="pairs"><tbody>{rows}</tbody></table>'


def bullets(items: Sequence[str], kind: str = "") -> str:
    """A list, nothing where there is nothing to list."""
    if not items:
        return ""
    given = f' class="{kind}"' if kind else ""
    return f"<ul{given}>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>\n"
def _lines(table: Table) -> Iterator[str]:
    group = None
    for line in table.lines:
        if table.grouped and line.group != group:
            group = line.group
            yield (f'<tr class="group"><th scope="rowgroup" colspan="{len(table.columns)}">'
                   f"<span>{escape(group)}</span></th></tr>\n")
        yield _line(line, table.columns)


def _line(line: Line, columns: Sequence[Column]) -> str:
    cells = [_cell(cell, column, first=number == 0) for number, (cell, column) in enumerate(zip(line.cells, columns,
                                                                                             strict=True))]
    kind = f' class="{line.kind}"' if line.kind else ""
    return f"<tr{kind}>{''.join(cells)}</tr>\n"


def _cell(cell: Cell, column: Column, *, first: bool) -> str:
    content = escape(cell.text)
    if cell.tone:
        arrow = "▲" if cell.tone == "better" else "▼"
        content = f'<span class="{cell.tone}">{content} <span aria-label="{cell.tone}">{arrow}</span></span>'
    if cell.details:
        parts = " ".join(f"<span>{escape(part)}</span>" for part in cell.details)
        content += f' <span class="detail">{parts}</span>'
    sort = f' data-sort="{cell.sort:.6g}"' if cell.sort is not None else ""
    tag, scope = ("th", ' scope="row"') if first else ("td", "")
    kind = _column_class(column)
    return f"<{tag}{scope}{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}{sort}>{content}</{tag}>"


def _column_class(column: Column) -> str:
    return " ".join(name for name, given in (("number", column.numeric), ("minor", column.minor)) if given)
