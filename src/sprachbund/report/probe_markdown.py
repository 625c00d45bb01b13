"""The report of a probe as Markdown, with its figures as files beside it."""

from __future__ import annotations

from pathlib import Path

from sprachbund.core.files import write_text
from sprachbund.report.markdown import bullet_list, markdown_table, plain_text
from sprachbund.report.probe_contents import ProbeContents, ProbeSection


def write_probe_markdown(path: Path, contents: ProbeContents, figures: str) -> None:
    """Write the report, atomically.

    Args:
        path: the file.
        contents: what is told.
        figures: name of the folder of figures beside the file.

    Raises:
        StorageError: no space, no permission.
    """
    write_text(path, probe_markdown(contents, figures))


def probe_markdown(contents: ProbeContents, figures: str) -> str:
    """The whole report as text."""
    parts = [f"# {plain_text(contents.title)}", f"*{plain_text(contents.question)}*",
             f"**{plain_text(contents.headline)}**"]
    if contents.provenance:
        parts.append(f"> {plain_text(contents.provenance)}")
    parts += [bullet_list([plain_text(note) for note in contents.notes]),
              bullet_list([f"**{plain_text(name)}**: {plain_text(value)}" for name, value in contents.facts])]
    for section in contents.sections:
        parts += _section(contents, section, figures)
    if contents.not_tested:
        parts += ["## Not tested here", bullet_list([plain_text(item) for item in contents.not_tested])]
    parts.append("## How to make it again")
    if contents.command:
        parts.append(f"```sh\n{contents.command}\n```")
    parts += [plain_text(item) for item in (contents.hardware, contents.created) if item]
    parts.append(markdown_table(contents.models, contents.provenance, heading=False))
    for title, pairs in (("Settings", contents.settings), ("Versions", contents.versions)):
        if pairs:
            parts += [f"### {title}", bullet_list([f"`{name}`: {plain_text(value)}" for name, value in pairs])]
    if contents.cards:
        notes = [f"**{plain_text(note.name)}**: " + plain_text("; ".join(item for item in (
            note.description, note.citation, note.url, f"licence: {note.licence or 'not stated'}") if item))
            for note in contents.cards]
        parts += ["### Data and models: licences and citations", bullet_list(notes)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(contents: ProbeContents, section: ProbeSection, figures: str) -> list[str]:
    images = [f"![{plain_text(drawn.label)}]({figures}/{drawn.name}.svg)" for drawn in (*section.panels, *section.maps)]
    tables = [markdown_table(table, contents.provenance) for table in section.tables]
    return [f"## {plain_text(section.title)}", plain_text(section.text), "\n".join(images), *tables]
