"""A sweep's report as Markdown, with its figures as files beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sprachbund.core.files import write_text
from sprachbund.report.markdown import bullet_list, depth_parts, markdown_table, plain_text
from sprachbund.report.sweep_charts import Drawn
from sprachbund.report.sweep_contents import SweepContents, TaskContents


def write_sweep_markdown(path: Path, contents: SweepContents, figures: str) -> None:
    """Write the report, atomically.

    Args:
        path: the file.
        contents: what is told.
        figures: name of the folder of figures beside the file.

    Raises:
        StorageError: no space, no permission.
    """
    write_text(path, sweep_markdown(contents, figures))


def sweep_markdown(contents: SweepContents, figures: str) -> str:
    """The whole report as text."""
    parts = [f"# {plain_text(contents.title)}", f"*{plain_text(contents.question)}*",
             f"**{plain_text(contents.headline)}**"]
    if contents.provenance:
        parts.append(f"> {plain_text(contents.provenance)}")
    parts += [bullet_list([plain_text(item) for item in contents.caveats]),
              bullet_list([f"**{plain_text(name)}**: {plain_text(value)}" for name, value in contents.facts])]
    parts.append(markdown_table(contents.gains, contents.provenance, heading=True))
    if contents.overview:
        parts += ["## Layer by task", _images([contents.overview], figures)]
    parts += [markdown_table(table, contents.provenance, heading=True)
              for table in (contents.choices, contents.equal_source) if table]
    for task in contents.tasks:
        parts += _task(contents, task, figures)
    if contents.missing:
        parts += ["## Missing", bullet_list([plain_text(item) for item in contents.missing])]
    parts.append("## How to make it again")
    if contents.command:
        parts.append(f"```sh\n{contents.command}\n```")
    parts += [plain_text(item) for item in (contents.hardware, contents.created) if item]
    for title, pairs in contents.pairs():
        if pairs:
            parts += [f"### {title}", bullet_list([f"`{name}`: {plain_text(value)}" for name, value in pairs])]
    if contents.cards:
        notes = [f"**{plain_text(note.name)}**: " + plain_text("; ".join(item for item in (
            note.description, note.citation, note.url, f"licence: {note.licence or 'not stated'}") if item))
            for note in contents.cards]
        parts += ["### Data and models: licences and citations", bullet_list(notes)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _task(contents: SweepContents, task: TaskContents, figures: str) -> list[str]:
    parts = [f"## {plain_text(task.title)}", plain_text(task.line),
             bullet_list([plain_text(item) for item in (*task.sentences, *task.notes)]), _images(task.panels, figures)]
    for drawn, table in task.maps:
        parts += [f"### {plain_text(drawn.label)}", _images([drawn], figures),
                  markdown_table(table, contents.provenance)]
    parts += [f"### {plain_text(task.systems.title)}", markdown_table(task.systems, contents.provenance)]
    if task.depth is not None:
        told = " ".join(part for part in (task.line, contents.provenance) if part)
        parts += [*depth_parts(task.depth, told, "###"), _images(task.depth.drawings, figures)]
    return [*parts, plain_text(task.handled)]


def _images(drawings: Sequence[Drawn], figures: str) -> str:
    return "\n".join(f"![{plain_text(drawn.label)}]({figures}/{drawn.name}.svg)" for drawn in drawings)
