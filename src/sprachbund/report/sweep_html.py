"""A sweep's report as one self-contained page: the whole sweep, then task by task."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from sprachbund.core.files import write_text
from sprachbund.report.figures.marks import key_mark
from sprachbund.report.headline import KeyFigure
from sprachbund.report.html_parts import bullets, note_card, page, pairs_table, table_html
from sprachbund.report.language_html import depth_html, map_html
from sprachbund.report.sweep_charts import Drawn
from sprachbund.report.sweep_contents import SweepContents, TaskContents
from sprachbund.report.tables import Table

_MARKS = ('<p class="caption">Blue: a gain, orange: a loss; bold: told apart from zero. Framed or bold layer: chosen '
          "on source dev. ×: best on test, an oracle that nobody could have chosen.</p>\n")


def write_sweep_html(path: Path, contents: SweepContents) -> None:
    """Write the report, atomically.

    Raises:
        StorageError: no space, no permission.
    """
    write_text(path, sweep_html(contents))


def sweep_html(contents: SweepContents) -> str:
    """The whole page as text."""
    return page(contents.title, _sections(contents))


def _sections(contents: SweepContents) -> Iterator[str]:
    yield _header(contents)
    yield _cards(contents)
    yield _section(contents, contents.gains)
    if contents.overview:
        yield (f'<section id="layer-by-task-map">\n<h2>Layer by task</h2>\n{_MARKS}{_figure(contents.overview)}'
               f"{_source_note(contents, ' '.join(task.line for task in contents.tasks))}</section>\n")
    for table in (contents.choices, contents.equal_source):
        if table:
            yield _section(contents, table)
    for task in contents.tasks:
        yield _task(contents, task)
    if contents.missing:
        yield f'<section id="missing">\n<h2>Missing</h2>\n{bullets(contents.missing)}</section>\n'
    yield _run(contents)


def _header(contents: SweepContents) -> str:
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in contents.facts)
    links = "".join(f'<li><a href="#{escape(task.name)}">{escape(task.title)}</a></li>' for task in contents.tasks)
    provenance = f'<p class="provenance">{escape(contents.provenance)}</p>\n' if contents.provenance else ""
    return (
        f'<header>\n<p class="kicker">Sprachbund sweep</p>\n<h1>{escape(contents.title)}</h1>\n'
        f'<p class="question">{escape(contents.question)}</p>\n<p class="headline">{escape(contents.headline)}</p>\n'
        f'{bullets(contents.by_task, "told")}{provenance}{bullets(contents.caveats, "caveats")}'
        f'<dl class="facts wide">{facts}</dl>\n'
        f'<ul class="links">{links}</ul>\n</header>\n'
    )


def _cards(contents: SweepContents) -> str:
    cards = "".join(map(_card, contents.key_figures))
    return f'<section class="cards" aria-label="Key figures">{cards}</section>\n' if cards else ""


def _card(figure: KeyFigure) -> str:
    lines = "".join(
        f'<li><span class="value">{escape(value)}</span><span class="who">{escape(name)}</span>'
        f'<span class="detail">{escape(detail)}</span></li>' for name, value, detail in figure.lines)
    return (f'<div class="card"><h2>{escape(figure.label)}</h2><ul>{lines}</ul>'
            f'<p class="detail">{escape(figure.note)}</p></div>')


def _task(contents: SweepContents, task: TaskContents) -> str:
    legend = "".join(f"<li>{key_mark(series)}{escape(name)}</li>" for name, series in task.series.items())
    panels = "".join(f'<figure class="panel"><figcaption class="axis">{escape(drawn.label)}</figcaption>'
                     f"{drawn.svg}</figure>" for drawn in task.panels)
    maps = "".join(
        f"<h3>{escape(drawn.label)}</h3>\n{_MARKS}{_figure(drawn)}{_source_note(contents, task.line)}"
        f"<details><summary>The same with intervals</summary>{table_html(table, contents.provenance, sortable=True)}"
        "</details>\n" for drawn, table in task.maps)
    shown = (f'<p class="caption">Curves: ring, layer chosen on source dev; ×, best on test. Scatter: filled marks are '
             f"the baseline and the contenders, small dots their seeds; along the dashed line the transfer gap is the "
             f'baseline’s.</p>\n<ul class="legend">{legend}</ul>\n<div class="grid-panels">{panels}</div>\n'
             f"{_source_note(contents, task.line)}" if panels else "")
    return (
        f'<section id="{escape(task.name)}">\n<h2>{escape(task.title)}</h2>\n'
        f'<p class="caption">{escape(task.line)}</p>\n'
        f'{bullets(task.sentences, "told")}{bullets(task.notes, "caveats")}{shown}{maps}'
        f"<h3>{escape(task.systems.title)}</h3>\n{table_html(task.systems, contents.provenance, sortable=True)}"
        f"{_depth(contents, task)}"
        f'<p class="caption">{escape(task.handled)}</p></section>\n'
    )


def _depth(contents: SweepContents, task: TaskContents) -> str:
    depth = task.depth
    if depth is None:
        return ""
    told = " ".join(part for part in (task.line, contents.provenance) if part)
    shown = map_html(depth.map, heading="h3") + _source_note(contents, task.line) if depth.map else ""
    return (f'<div id="{escape(depth.name)}">{shown}<h3>{escape(depth.title)}</h3>\n'
            f"{depth_html(depth, told)}</div>\n")


def _figure(drawn: Drawn) -> str:
    if not drawn.phone:
        return f'<figure class="map">{drawn.svg}</figure>\n'
    return (f'<figure class="desk map" style="max-width:{drawn.width:.0f}px">{drawn.svg}</figure>\n'
            f'<figure class="phone map">{drawn.phone}</figure>\n')


def _source_note(contents: SweepContents, line: str) -> str:
    told = " ".join(part for part in (line, contents.provenance) if part)
    return f'<p class="source-note">{escape(told)}</p>\n'


def _section(contents: SweepContents, table: Table) -> str:
    return (f'<section id="{escape(table.name)}">\n<h2>{escape(table.title)}</h2>\n'
            f"{table_html(table, contents.provenance)}</section>\n")


def _run(contents: SweepContents) -> str:
    parts = ['<section id="run">\n<h2>How to make it again</h2>\n']
    if contents.command:
        parts.append(f'<pre class="command"><code>{escape(contents.command)}</code></pre>\n')
    about = [item for item in (contents.hardware, contents.created) if item]
    if about:
        parts.append(f'<p class="caption">{escape(" · ".join(about))}</p>\n')
    for title, pairs in contents.pairs():
        if pairs:
            parts.append(f"<details><summary>{title}</summary>{pairs_table(pairs)}</details>\n")
    if contents.cards:
        parts.append("<h3>Data and models: licences and citations</h3>\n" + "".join(map(note_card, contents.cards)))
    return "".join(parts) + "</section>\n"
