"""One self-contained page: no network, readable on a phone and on a desk, dark and light, whole without scripts."""

from __future__ import annotations

from html import escape
from pathlib import Path

from sprachbund.core.files import write_text
from sprachbund.report.contents import Contents, tell
from sprachbund.report.figures.marks import COLOURS, key_mark
from sprachbund.report.headline import KeyFigure
from sprachbund.report.html_parts import bullets, note_card, page, pairs_table, table_html
from sprachbund.report.language_html import depth_html, map_html
from sprachbund.report.run_info import RunInfo
from sprachbund.report.tables import Table
from sprachbund.results.findings import Findings


def write_html(path: Path, findings: Findings, info: RunInfo) -> None:
    """Write the report, atomically.

    Raises:
        StorageError: no space, no permission.
    """
    write_text(path, html_report(tell(findings, info)))


def html_report(contents: Contents) -> str:
    """The whole page as text."""
    sections = [
        _header(contents), _key_figures(contents), _map(contents), _chart_section(contents), _comparison(contents),
        _averages(contents), _depth(contents), _language_tables(contents), _handled(contents), _run(contents),
    ]
    return page(contents.title, sections)


def _header(contents: Contents) -> str:
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in contents.facts)
    caveats = bullets(contents.caveats, "caveats")
    return (
        f'<header>\n<p class="kicker">Sprachbund report</p>\n<h1>{escape(contents.title)}</h1>\n'
        f'<p class="question">{escape(contents.question)}</p>\n<p class="headline">{escape(contents.headline)}</p>\n'
        f'{_provenance(contents)}{caveats}<dl class="facts">{facts}</dl>\n</header>\n'
    )


def _provenance(contents: Contents, kind: str = "provenance") -> str:
    return f'<p class="{kind}">{escape(contents.provenance_line)}</p>\n' if contents.provenance else ""


def _key_figures(contents: Contents) -> str:
    numbers = {name: series for series, name in enumerate(contents.charts.systems)}
    cards = "".join(_card(figure, numbers) for figure in contents.key_figures)
    return f'<section class="cards" aria-label="Key figures">{cards}</section>\n' if cards else ""


def _card(figure: KeyFigure, numbers: dict[str, int]) -> str:
    lines = "".join(
        f'<li><span class="value s{numbers.get(name, 0) % COLOURS}">{escape(value)}</span>'
        f'<span class="who">{key_mark(numbers[name]) if name in numbers else ""}{escape(name)}</span>'
        f'<span class="detail">{escape(detail)}</span></li>'
        for name, value, detail in figure.lines
    )
    return (f'<div class="card"><h2>{escape(figure.label)}</h2><ul>{lines}</ul>'
            f'<p class="detail">{escape(figure.note)}</p></div>')


def _chart_section(contents: Contents) -> str:
    charts = contents.charts
    legend = "".join(f"<li>{key_mark(series)}{escape(name)}</li>" for series, name in enumerate(charts.systems))
    beside = charts.beside
    desk = _panel(f"{charts.metric}, points", charts.scores())
    if beside:
        desk += _panel(f"{beside.system} − {charts.baseline}, points", charts.difference(beside))
    phone = _panel(f"{charts.metric}, points", charts.scores(phone=True))
    more = "".join(
        f'<details{" open" if beside else ""} class="differences{" phone" if beside else ""}">'
        f"<summary>{escape(chart.system)} − {escape(charts.baseline)}, language by language</summary>"
        f'{"" if beside else f"""<div class="desk">{charts.difference(chart)}</div>"""}'
        f'<div class="phone">{charts.difference(chart, phone=True)}</div></details>\n'
        for chart in charts.differences
    )
    filled = (
        " In differences a filled mark is told apart from zero after Holm’s correction over the languages, a hollow "
        "one is not; the shaded strip is the interval over all target languages."
    ) if charts.differences else ""
    level = next((value.split()[0] for name, value in contents.facts if name == "Intervals"), "")
    return (
        f'<section id="chart">\n<h2>Every language, by family</h2>\n<ul class="legend">{legend}</ul>\n'
        f'<p class="caption">A mark with its {level} interval for each system; dashed lines are means '
        f"over the target languages.{filled}</p>\n"
        f'<figure class="desk panels{" two" if beside else ""}">{desk}</figure>\n'
        f'<figure class="phone panels">{phone}</figure>\n{more}{_provenance(contents, "source-note")}</section>\n'
    )


def _panel(label: str, drawing: str) -> str:
    return f'<div class="panel"><p class="axis">{escape(label)}</p>{drawing}</div>'


def _comparison(contents: Contents) -> str:
    return _section(contents, contents.comparisons) if contents.comparisons else ""


def _averages(contents: Contents) -> str:
    tables = (contents.families, contents.scripts, contents.distances, contents.pretraining)
    return "".join(_section(contents, table) for table in tables if table)


def _map(contents: Contents) -> str:
    if contents.depth is None or contents.depth.map is None:
        return ""
    return f'<section id="map">\n{map_html(contents.depth.map)}{_provenance(contents, "source-note")}</section>\n'


def _depth(contents: Contents) -> str:
    if contents.depth is None:
        return ""
    return (f'<section id="{escape(contents.depth.name)}">\n<h2>{escape(contents.depth.title)}</h2>\n'
            f"{depth_html(contents.depth, contents.provenance_line)}</section>\n")


def _language_tables(contents: Contents) -> str:
    first, *others = contents.languages
    shown = _section(contents, first, sortable=True)
    hidden = "".join(
        f'<section id="{escape(table.name)}"><details><summary>{escape(table.title)}</summary>'
        f"{table_html(table, contents.provenance_line, sortable=True)}</details></section>\n"
        for table in others
    )
    return shown + hidden


def _handled(contents: Contents) -> str:
    table = contents.handled
    missing = f"<h3>Missing</h3>{bullets(contents.missing)}" if contents.missing else ""
    body = table_html(table, contents.provenance_line) if table.lines else ""
    return (f'<section id="handled">\n<h2>{escape(table.title)}</h2>\n<p>{escape(contents.handled_summary)}</p>\n'
            f"{body}{missing}</section>\n")


def _run(contents: Contents) -> str:
    parts = ['<section id="run">\n<h2>How to make it again</h2>\n']
    if contents.command:
        parts.append(f'<pre class="command"><code>{escape(contents.command)}</code></pre>\n')
    about = [item for item in (contents.hardware, contents.created) if item]
    if about:
        parts.append(f'<p class="caption">{escape(" · ".join(about))}</p>\n')
    parts.append(table_html(contents.systems, contents.provenance_line))
    for title, pairs in contents.pairs():
        if pairs:
            parts.append(f"<details><summary>{title}</summary>{pairs_table(pairs)}</details>\n")
    if contents.cards:
        parts.append("<h3>Data and models: licences and citations</h3>\n" + "".join(map(note_card, contents.cards)))
    return "".join(parts) + "</section>\n"


def _section(contents: Contents, table: Table, *, sortable: bool = False) -> str:
    return (f'<section id="{escape(table.name)}">\n<h2>{escape(table.title)}</h2>\n'
            f"{table_html(table, contents.provenance_line, sortable=sortable)}</section>\n")
