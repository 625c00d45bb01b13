"""Claims as one self-contained page, dark and light, for a desk and for a phone."""

from __future__ import annotations

from html import escape

from sprachbund.report.claims_contents import ClaimContents, ClaimLine, EncoderClaims, FigureLine, PartLine
from sprachbund.report.html_parts import bullets, page, table_html
from sprachbund.report.tables import Cell, Column, Line, Table

_HEADS = ("Claim", "What it says", "Verdict", "Figures", "Seeds", "Data sets")


def claims_html(contents: ClaimContents) -> str:
    """The whole page as text."""
    sections = [_header(contents)]
    for number, item in enumerate(contents.encoders):
        sections += [_verdicts(item, number), _details(item, number)]
    return page(contents.title, [*sections, _checks(contents), _run(contents)], styles="claims.css")


def _header(contents: ClaimContents) -> str:
    return (
        f'<header>\n<p class="kicker">Sprachbund claims</p>\n<h1>{escape(contents.title)}</h1>\n'
        f'<p class="question">{escape(contents.question)}</p>\n<p class="headline">{escape(contents.headline)}</p>\n'
        f'{bullets(contents.about, "caveats")}</header>\n'
    )


def _verdicts(item: EncoderClaims, number: int) -> str:
    rows = "".join(_row(line, number) for line in item.lines)
    heads = "".join(f'<th scope="col">{label}</th>' for label in _HEADS)
    notes = bullets(item.notes, "caveats")
    return (
        f'<section id="verdicts-{number}">\n<h2>{escape(item.encoder or "No results yet")}</h2>\n'
        f'<p class="mechanism">{escape(item.mechanism)}</p>\n{_provenance(item)}{notes}'
        f'<div class="scroll" role="region" aria-label="Verdicts" tabindex="0"><table class="claims-table">'
        f"<caption>Verdicts on C1 to C17</caption><thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table>"
        f"</div>\n</section>\n"
    )


def _provenance(item: EncoderClaims) -> str:
    return f'<p class="provenance">Encoder: {escape(item.provenance)}.</p>\n' if item.provenance else ""


def _row(line: ClaimLine, number: int) -> str:
    variant = f'<span class="detail">{escape(line.variant)}</span>' if line.variant else ""
    settle = f'<span class="tested-by">{escape(line.settle)}</span>' if line.settle else ""
    return (
        f'<tr><th scope="row" class="id"><a href="#{_anchor(line, number)}">{line.claim}</a> {variant}</th>'
        f'<td class="says">{escape(line.says)}</td><td>{_verdict(line)}{settle}</td><td>{_figures(line)}</td>'
        f'<td data-label="Seeds">{escape(line.seeds)}</td>'
        f'<td data-label="Data sets">{escape(line.data_sets)}</td></tr>\n'
    )


def _verdict(line: ClaimLine) -> str:
    if line.kind != "tested":
        return _chip(line.kind, line.verdict)
    return f'{_chip("tested", "tested")}<span class="tested-by">{escape(line.verdict.removeprefix("tested "))}</span>'


def _chip(kind: str, text: str) -> str:
    return f'<span class="verdict {kind.replace(" ", "-")}">{escape(text)}</span>'


def _figures(line: ClaimLine) -> str:
    items = "".join(
        f'<li><span class="of">{escape(item.name)}</span><span class="value">{escape(item.value)}</span>'
        f'<span class="interval">{escape(item.interval)}</span></li>' for item in line.figures)
    return f'<span class="measure">{escape(line.measure)}</span><ul class="figures">{items}</ul>' if items else ""


def _anchor(line: ClaimLine, number: int) -> str:
    variant = f"-{line.variant.split()[0]}" if line.variant else ""
    return f"{line.claim}{variant}-{number}"


def _details(item: EncoderClaims, number: int) -> str:
    told = "".join(_claim(line, number, item.provenance) for line in item.lines)
    return f'<section id="details-{number}">\n<h2>How each verdict was reached</h2>\n{told}</section>\n'


def _claim(line: ClaimLine, number: int, provenance: str) -> str:
    variant = f" ({escape(line.variant)})" if line.variant else ""
    parts = "".join(map(_part, line.parts))
    missing = f'<h3>Missing</h3>{bullets(line.missing, "missing")}' if line.missing else ""
    source = f'<p class="source-note">Encoder: {escape(provenance)}.</p>' if provenance and line.parts else ""
    why = " ".join(escape(sentence) for sentence in (line.why, line.settle) if sentence)
    return (
        f'<details class="claim" id="{_anchor(line, number)}"><summary><span class="id">{line.claim}{variant}</span>'
        f'<span class="says">{escape(line.says)}</span>{_chip(line.kind, line.verdict)}</summary>\n'
        f'<div class="claim-body"><p class="rule">{escape(line.rule)}</p>\n<p>{why}</p>\n{parts}{source}'
        f'{bullets(line.remarks, "caveats")}{missing}</div></details>\n'
    )


def _part(part: PartLine) -> str:
    system = f" · {escape(part.system)}" if part.system else ""
    figures = "".join(f"<li><b>{escape(_with_interval(item))}</b> {escape(item.name)}</li>" for item in part.figures)
    seeds = f'<li>seeds {escape(part.seeds)}</li>' if part.seeds else ""
    return (f'<div class="part"><p><strong>{escape(part.name)}</strong>{system} {_chip(part.kind, part.verdict)}</p>'
            f"<p>{escape(part.why)}</p><ul>{figures}{seeds}</ul></div>\n")


def _with_interval(figure: FigureLine) -> str:
    return f"{figure.value} ({figure.interval})" if figure.interval else figure.value


def _checks(contents: ClaimContents) -> str:
    columns = (Column("Check"), Column("Claims"), Column("What it promises", minor=True), Column("Seen"))
    lines = tuple(Line((Cell(check.name), Cell(", ".join(check.claims)), Cell(check.promise),
                        Cell("held" if check.passed else "broken", (check.detail,)))) for check in contents.checks)
    table = Table("checks", "Checks of the architecture", "Run beside these verdicts, on a tiny random encoder.",
                  columns, lines)
    return f'<section id="checks">\n<h2>{table.title}</h2>\n{table_html(table)}</section>\n'


def _run(contents: ClaimContents) -> str:
    parts = ['<section id="run">\n<h2>How to make it again</h2>\n']
    if contents.command:
        parts.append(f'<pre class="command"><code>{escape(contents.command)}</code></pre>\n')
    if contents.created:
        parts.append(f'<p class="caption">{escape(contents.created)}</p>\n')
    if contents.read:
        parts.append(f"<h3>What was read</h3>{bullets(contents.read)}")
    return "".join(parts) + "</section>\n"
