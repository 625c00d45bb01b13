"""Findings in a terminal: languages under their families, all systems with intervals, averages at the bottom.

Fits 80 columns. Where there is no terminal rich leaves colours out and the table stays plain text.
"""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sprachbund.report.headline import headline
from sprachbund.report.language_words import depth_sentences
from sprachbund.report.lookup import Lookup, is_significant
from sprachbund.report.numbers import bound, deviation, half_width, plural, score, seeds_text, signed
from sprachbund.report.tables import handled_summary
from sprachbund.results.findings import AverageKind, Difference, Estimate, Findings, MetricInfo, TargetInfo

_NAME, _SCORE, _DIFFERENCE = 28, 12, 20
"""Least widths in characters, without the two that part columns."""
_ROOMY = 100
"""From this width on, columns are set further apart."""
_SOURCE, _HEADING, _SOFT = "bold", "bold dim", "dim"


def print_findings(console: Console, findings: Findings, *, metrics: str = "primary") -> None:
    """Print the main finding and one table of all languages and averages.

    Args:
        console: where to; its width decides how many systems stand beside each other.
        findings: what to print.
        metrics: "primary", or "all" for one table a metric.
    """
    look = Lookup(findings)
    for metric in findings.metrics if metrics == "all" else findings.metrics[:1]:
        for systems in _portions(look, console.width):
            console.print(findings_table(look, metric, systems, console.width))
            console.print()
    for style, line in _closing_lines(look):
        console.print(Text(line, style=style))


def findings_table(look: Lookup, metric: MetricInfo, systems: list[str], width: int) -> RichTable:
    """All languages and averages for some systems.

    Args:
        look: the findings.
        metric: the metric of every number.
        systems: a portion of the systems that fits the width.
        width: of the console, in characters.
    """
    table = _empty_table(look, metric, systems, width)
    for heading, members in look.ordered():
        table.add_row(Text(heading, style=_HEADING))
        for target in members:
            cells = _language_cells(look, metric.name, systems, target, _widest_name(width))
            table.add_row(*cells, style=_SOURCE * target.is_source)
        table.add_section()
    kinds: tuple[AverageKind, ...] = ("family", "script")
    for kind in kinds:
        groups = [group for group in look.groups(kind) if _size(look, metric.name, kind, group) > 1]
        if groups:
            table.add_row(Text(f"Averages by {kind}", style=_HEADING))
            for group in groups:
                _add_average(table, look, metric.name, systems, kind, group, look.group_name(kind, group))
            table.add_section()
    table.add_row(Text("Averages", style=_HEADING))
    _add_average(table, look, metric.name, systems, "targets", "", "All targets", style=_SOURCE)
    _add_average(table, look, metric.name, systems, "with source", "", "Targets and source")
    gaps = [look.gap(system, metric.name) for system in systems]
    if any(gaps):
        table.add_row("  Transfer gap", *(_score(gap.estimate if gap else None) for gap in gaps))
    return table


def _closing_lines(look: Lookup) -> list[tuple[str, str]]:
    findings = look.findings
    lines = [("bold", headline(look)), (_SOFT, _legend(look)), (_SOFT, handled_summary(look))]
    lines += [("yellow", f"{item.target} is in no average: {item.why}.") for item in findings.left_out]
    if findings.missing:
        first = "; ".join(findings.missing[:3]) + ("; ..." if len(findings.missing) > 3 else "")
        lines.append(("yellow", f"{plural(len(findings.missing), 'cell')} without a row: {first}"))
    lines += [("yellow", note) for note in findings.notes]
    if findings.languages is not None and findings.languages.stated is not None:
        lines += [("", sentence) for sentence in depth_sentences(findings.languages, findings.level)[:3]]
    lines += [("bold", f"Encoder: {sentence}.") for sentence in findings.provenance]
    return lines


def _legend(look: Lookup) -> str:
    findings = look.findings
    told = (f"± half the {findings.level:.0%} bootstrap interval over {look.resampled}. n: languages in the average, "
            "the source left out, variants inside their base language.")
    spread = []
    for system in findings.systems:
        average = look.average(system.name, findings.metric.name)
        if average is not None and average.estimate.sd is not None:
            spread.append(f"{system.name} {deviation(average.estimate.sd)}")
    if spread:
        told += f" Deviation of the target mean over seeds: {', '.join(spread)}."
    if len(findings.systems) > 1:
        told += f" * differs from {findings.systems[0].name} (languages: after Holm's correction)."
    return told


def _portions(look: Lookup, width: int) -> list[list[str]]:
    """Systems in portions that fit beside each other, the baseline in each."""
    baseline, *others = [system.name for system in look.findings.systems]
    room = max(1, (width - _NAME) // (_SCORE + 2) - 1)
    return [[baseline, *others[start : start + room]] for start in range(0, max(len(others), 1), room)]


def _shows_difference(look: Lookup) -> bool:
    return len(look.findings.systems) == 2


def _empty_table(look: Lookup, metric: MetricInfo, systems: list[str], width: int) -> RichTable:
    seeds = sorted({seed for system in look.findings.systems for seed in system.seeds})
    roomy = width >= _ROOMY
    table = RichTable(
        title=f"{metric.name}, {look.findings.split} split, in points; {seeds_text(seeds)}", title_justify="left",
        title_style="bold", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 3 if roomy else 1, 0, 0),
    )
    table.add_column("Language", no_wrap=True, min_width=_NAME, max_width=_widest_name(width))
    for name in systems:
        table.add_column(name, justify="right", min_width=_SCORE, max_width=22 if roomy else _SCORE)
    if _shows_difference(look):
        table.add_column("Difference", justify="right", no_wrap=True, min_width=_DIFFERENCE)
    return table


def _widest_name(width: int) -> int:
    return 48 if width >= _ROOMY else _NAME


def _language_cells(look: Lookup, metric: str, systems: list[str], target: TargetInfo, room: int) -> list[Text]:
    named = look.row_name(target)
    label = Text(f"  {named}" if named == target.name else f"    {named}")
    label.truncate(room - len(target.code) - 1, overflow="ellipsis")  # the code is never cut
    cells = [Text.assemble(label, " ", (target.code, _SOFT))]
    both = _shows_difference(look)
    for name in systems:
        difference = None if both else look.difference(name, metric, target.code)
        cells.append(_score(look.score(name, metric, target.code), _told(difference, look.findings.level)))
    if both:
        difference = look.difference(systems[1], metric, target.code)
        cells.append(_difference(difference, _told(difference, look.findings.level)))
    return cells


def _add_average(
    table: RichTable, look: Lookup, metric: str, systems: list[str], kind: AverageKind, group: str, label: str,
    style: str = "",
) -> None:
    size = _size(look, metric, kind, group)
    if not size:
        return
    averages = [look.average(name, metric, kind, group) for name in systems]
    items = [look.average_difference(name, metric, kind, group) for name in systems]
    # Averages by family and script are many and not corrected, so none of them is marked.
    told = [kind == "targets" and _told(item.difference if item else None, look.findings.level) for item in items]
    both = _shows_difference(look)
    cells = [_score(average.estimate if average else None, mark and not both)
             for average, mark in zip(averages, told, strict=True)]
    if both:
        cells.append(_difference(items[1].difference if items[1] else None, told[1]))
    table.add_row(Text.assemble(f"  {label} ", (f"n={size}", _SOFT)), *cells, style=style)


def _size(look: Lookup, metric: str, kind: AverageKind, group: str) -> int:
    found = (look.average(system.name, metric, kind, group) for system in look.findings.systems)
    return next((len(average.languages) for average in found if average), 0)


def _told(difference: Difference | None, level: float) -> bool:
    return difference is not None and is_significant(difference, level)


def _score(estimate: Estimate | None, mark: bool = False) -> Text:
    if estimate is None:
        return Text("–", style=_SOFT)
    width = half_width(estimate.low, estimate.high)
    return Text.assemble("* " if mark else "", score(estimate.mean), (f" {width:>5}", _SOFT))


def _difference(difference: Difference | None, mark: bool) -> Text:
    if difference is None:
        return Text("–", style=_SOFT)
    colour = ("green" if difference.mean > 0 else "red") if mark else ""
    interval = f"[{bound(difference.low)}, {bound(difference.high)}]"
    return Text.assemble(("* " if mark else "", colour), (signed(difference.mean), colour), (f" {interval:>14}", _SOFT))
