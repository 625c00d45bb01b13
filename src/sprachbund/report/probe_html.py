"""The report of a probe as one self-contained page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from sprachbund.core.files import write_text
from sprachbund.report.figures.marks import key_mark
from sprachbund.report.html_parts import bullets, note_card, page, pairs_table, table_html
from sprachbund.report.probe_contents import ProbeContents, ProbeSection
from sprachbund.report.probe_figures import SERIES


def write_probe_html(path: Path, contents: ProbeContents) -> None:
    """Write the report, atomically.

    Raises:
        StorageError: no space, no permission.
    """
    write_text(path, probe_html(contents))


def probe_html(
    contents: ProbeContents, *, kicker: str = "Sprachbund probe", legend: Sequence[tuple[int, str]] | None = None
) -> str:
    """The whole page as text.

    Args:
        contents: what is told.
        kicker: what kind of report it is.
        legend: number of a colour and what it stands for; None: the models before and after fine-tuning.
    """
    told = [(SERIES[role], f"{role} fine-tuning") for role in contents.roles] if legend is None else legend
    return page(contents.title, _sections(contents, kicker, told))


def _sections(contents: ProbeContents, kicker: str, legend: Sequence[tuple[int, str]]) -> Iterator[str]:
    yield _header(contents, kicker)
    for section in contents.sections:
        yield _section(contents, section, legend)
    if contents.not_tested:
        yield f'<section id="not-tested">\n<h2>Not tested here</h2>\n{bullets(contents.not_tested)}</section>\n'
    yield _run(contents)


def _header(contents: ProbeContents, kicker: str) -> str:
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in contents.facts)
    links = "".join(f'<li><a href="#{escape(section.name)}">{escape(section.title)}</a></li>'
                    for section in contents.sections)
    provenance = f'<p class="provenance">{escape(contents.provenance)}</p>\n' if contents.provenance else ""
    return (
        f'<header>\n<p class="kicker">{escape(kicker)}</p>\n<h1>{escape(contents.title)}</h1>\n'
        f'<p class="question">{escape(contents.question)}</p>\n<p class="headline">{escape(contents.headline)}</p>\n'
        f'{provenance}{bullets(contents.notes, "caveats")}<dl class="facts wide">{facts}</dl>\n'
        f'<ul class="links">{links}</ul>\n</header>\n'
    )


def _section(contents: ProbeContents, section: ProbeSection, legend: Sequence[tuple[int, str]]) -> str:
    keys = "".join(f"<li>{key_mark(series)}{escape(told)}</li>" for series, told in legend)
    note = f'<p class="source-note">{escape(contents.provenance)}</p>\n' if contents.provenance else ""
    panels = "".join(f'<figure class="panel"><figcaption class="axis">{escape(drawn.label)}</figcaption>{drawn.svg}'
                     "</figure>" for drawn in section.panels)
    shown = f'<ul class="legend">{keys}</ul>\n<div class="grid-panels">{panels}</div>\n{note}' if panels else ""
    for drawn in section.maps:
        on_phone = f'<figure class="phone map">{drawn.phone}</figure>\n' if drawn.phone else ""
        shown += (f'<h3>{escape(drawn.label)}</h3>\n<figure class="{"desk " if on_phone else ""}map scroll" '
                  f'tabindex="0" role="region" aria-label="{escape(drawn.label)}"><div '
                  f'style="min-width:{drawn.width:.0f}px">{drawn.svg}</div></figure>\n{on_phone}{note}')
    for table in section.tables:
        laid = table_html(table, contents.provenance, sortable=True)
        shown += laid if not panels and not section.maps else (
            f"<details><summary>{escape(table.title)}, with intervals</summary>{laid}</details>\n")
    text = f'<p class="caption">{escape(section.text)}</p>\n' if section.text else ""
    return f'<section id="{escape(section.name)}">\n<h2>{escape(section.title)}</h2>\n{text}{shown}</section>\n'


def _run(contents: ProbeContents) -> str:
    parts = ['<section id="run">\n<h2>How to make it again</h2>\n']
    if contents.command:
        parts.append(f'<pre class="command"><code>{escape(contents.command)}</code></pre>\n')
    about = [item for item in (contents.hardware, contents.created) if item]
    if about:
        parts.append(f'<p class="caption">{escape(" · ".join(about))}</p>\n')
    parts.append(table_html(contents.models, contents.provenance))
    for title, pairs in (("Settings", contents.settings), ("Versions", contents.versions)):
        if pairs:
            parts.append(f"<details><summary>{title}</summary>{pairs_table(pairs)}</details>\n")
    if contents.cards:
        parts.append("<h3>Data and models: licences and citations</h3>\n" + "".join(map(note_card, contents.cards)))
    return "".join(parts) + "</section>\n"
