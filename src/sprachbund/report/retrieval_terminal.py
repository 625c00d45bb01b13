"""A retrieval in a terminal: every layer, families in the best one, in 80 columns."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sprachbund.report.numbers import half_width, score
from sprachbund.report.retrieval_contents import headline
from sprachbund.report.retrieval_tables import compared, head, hows, set_text, state_order
from sprachbund.results.retrieval_findings import RetrievalAverage, RetrievalFindings

_FAMILIES = 8
"""Families shown; the report has all."""


def print_retrieval(console: Console, findings: RetrievalFindings) -> None:
    """Print every layer, the largest families, and the main finding.

    Args:
        console: where to.
        findings: what to print.
    """
    for how in hows(findings):
        console.print(states_table(findings, how))
        console.print()
    families = families_table(findings)
    if families is not None:
        console.print(families)
        console.print()
    console.print(Text(headline(findings), style="bold"))
    facts = findings.facts
    rate = f", {facts.pieces / facts.seconds:,.0f} pieces a second" if facts.seconds else ""
    told = (f"In points, {set_text(findings)}; ± half the {findings.level:.0%} interval, languages redrawn. "
            f"{facts.distinct:,} distinct of {facts.texts:,} texts encoded in {facts.seconds:,.0f} s{rate}.")
    console.print(Text(told, style="dim"))
    for note in findings.notes:
        console.print(Text(note, style="yellow"))
    if findings.provenance:
        console.print(Text(f"Encoder: {findings.provenance}.", style="bold"))


def states_table(findings: RetrievalFindings, how: str) -> RichTable:
    """Every state pooled and compared in one way, a column a metric; the best of each is set strongly."""
    table = _empty(f"{findings.data_set}: {how}")
    table.add_column("State", no_wrap=True)
    metrics = [metric.name for metric in findings.metrics]
    for metric in metrics:
        table.add_column(f"{metric} ({head(findings, metric)})" if len(metrics) > 1 else metric, justify="right")
    found = {(state, metric): findings.average(f"{state}, {how}", metric) for state in state_order(findings)
             for metric in metrics}
    best = {metric: max((average.value for (_, name), average in found.items() if name == metric and average),
                        default=None) for metric in metrics}
    for state in state_order(findings):
        cells = [_cell(found[state, metric], best[metric]) for metric in metrics]
        if any(found[state, metric] for metric in metrics):
            table.add_row(state, *cells)
    return table


def families_table(findings: RetrievalFindings) -> RichTable | None:
    """The largest families in the best state and the highest layer; None where there are none."""
    systems, metric = compared(findings), findings.metrics[0].name
    found = [average for average in findings.averages
             if systems and (average.kind, average.metric, average.system) == ("family", metric, systems[0].name)]
    if len(found) < 2:
        return None
    table = _empty(f"{metric} by family")
    table.add_column("Family", no_wrap=True)
    for system in systems:
        table.add_column(system.state, justify="right")
    for average in sorted(found, key=lambda item: (-len(item.languages), item.group))[:_FAMILIES]:
        cells = [_cell(findings.average(system.name, metric, "family", average.group), None) for system in systems]
        table.add_row(Text.assemble(f"{average.group} ", (f"n={len(average.languages)}", "dim")), *cells)
    return table


def _empty(title: str) -> RichTable:
    return RichTable(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False,
                     pad_edge=False, padding=(0, 2, 0, 0))


def _cell(average: RetrievalAverage | None, best: float | None) -> Text:
    if average is None:
        return Text("–", style="dim")
    style = "bold" if average.value == best else ""
    spread = "" if average.low is None or average.high is None else f" {half_width(average.low, average.high):>5}"
    return Text.assemble((score(average.value), style), (spread, "dim"))
