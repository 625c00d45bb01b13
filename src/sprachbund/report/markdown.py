"""The report as Markdown, for repositories and model cards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sprachbund.core.files import write_text
from sprachbund.report.contents import Contents, tell
from sprachbund.report.language_contents import DepthContents
from sprachbund.report.run_info import RunInfo
from sprachbund.report.tables import Cell, Table
from sprachbund.results.findings import Findings

_ARROWS = {"better": " ▲", "worse": " ▼", "": ""}


def write_markdown(path: Path, findings: Findings, info: RunInfo) -> None:
    """Write the report, atomically.

    Raises:
        StorageError: no space, no permission.
    """
    write_text(path, markdown_report(tell(findings, info)))


def markdown_report(contents: Contents) -> str:
    """The whole report as text."""
    parts = [f"# {plain_text(contents.title)}", f"*{plain_text(contents.question)}*",
             f"**{plain_text(contents.headline)}**"]
    if contents.provenance:
        parts.append(f"> {plain_text(contents.provenance_line)}")
    parts += [bullet_list(contents.caveats),
              bullet_list([f"**{name}**: {value}" for name, value in contents.facts])]
    tables = [contents.comparisons, contents.families, contents.scripts, contents.distances, contents.pretraining]
    parts += [markdown_table(table, contents.provenance_line, heading=True) for table in tables if table]
    parts += list(depth_parts(contents.depth, contents.provenance_line)) if contents.depth else []
    parts += [markdown_table(table, contents.provenance_line, heading=True) for table in contents.languages]
    parts += [f"## {contents.handled.title}", plain_text(contents.handled_summary)]
    if contents.handled.lines:
        parts.append(markdown_table(contents.handled, contents.provenance_line))
    if contents.missing:
        parts += ["### Missing", bullet_list(contents.missing)]
    parts += ["## How to make it again"]
    if contents.command:
        parts.append(f"```sh\n{contents.command}\n```")
    parts += [item for item in (contents.hardware, contents.created) if item]
    parts.append(markdown_table(contents.systems, contents.provenance_line))
    for title, pairs in contents.pairs():
        if pairs:
            parts += [f"### {title}", bullet_list(tuple(f"`{name}`: {value}" for name, value in pairs))]
    if contents.cards:
        notes = tuple(
            f"**{note.name}**: " + "; ".join(item for item in (
                note.description, note.citation, note.url, f"licence: {note.licence or 'not stated'}") if item)
            for note in contents.cards)
        parts += ["### Data and models: licences and citations", bullet_list(notes)]
    return "\n\n".join(part for part in parts if part) + "\n"


def depth_parts(depth: DepthContents, provenance: str, level: str = "##") -> Iterator[str]:
    """Languages in depth: sentences, tables, notes; headings of tables are one level below."""
    yield f"{level} {plain_text(depth.title)}"
    yield bullet_list([plain_text(sentence) for sentence in depth.sentences])
    for table in depth.tables:
        yield f"{level}# {plain_text(table.title)}"
        yield markdown_table(table, provenance)
    yield bullet_list([plain_text(note) for note in depth.notes])


def markdown_table(table: Table, provenance: str = "", *, heading: bool = False) -> str:
    """One table with its caption and the provenance below; numbers are aligned to the right."""
    head = "| " + " | ".join(_cell_text(column.label) for column in table.columns) + " |"
    rule = "|" + "|".join("---:" if column.numeric else "---" for column in table.columns) + "|"
    text = "\n".join([head, rule, *_lines(table)])
    below = " ".join(part for part in (table.caption, provenance) if part)
    title = f"## {plain_text(table.title)}\n\n" if heading else ""
    return f"{title}{text}" + (f"\n\n{plain_text(below)}" if below else "")


def _lines(table: Table) -> Iterator[str]:
    group = None
    for line in table.lines:
        if table.grouped and line.group != group:
            group = line.group
            yield f"| **{_cell_text(group)}** |" + " |" * (len(table.columns) - 1)
        yield "| " + " | ".join(_cell(cell) for cell in line.cells) + " |"


def _cell(cell: Cell) -> str:
    detail = f" ({', '.join(cell.details)})" if cell.details else ""
    return _cell_text(f"{cell.text}{_ARROWS[cell.tone]}{detail}")


def _cell_text(text: str) -> str:
    return plain_text(text).replace("|", "\\|")


def plain_text(text: str) -> str:
    """Characters that Markdown would read as markup, escaped; names have underscores and stars."""
    return "".join(f"\\{character}" if character in "\\`*_<>[]" else character for character in text)


def bullet_list(items: Sequence[str]) -> str:
    """A list of lines that are Markdown already."""
    return "\n".join(f"- {item}" for item in items)
