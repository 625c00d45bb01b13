"""A probe in a terminal: every measure by layer, before and after, in 80 columns."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sprachbund.report.numbers import signed
from sprachbund.report.probe_contents import headline
from sprachbund.report.probe_figures import number, state_name, states
from sprachbund.report.probe_tables import effects_table
from sprachbund.results.probe_findings import HIGHER_IN_POINTS, ProbeFindings

_COLUMNS = (("retrieval", "mean", "Retrieval"), ("retrieval", "mean, centred", "centred"),
            ("retrieval", "first, centred", "first piece"), ("cka", "mean", "CKA"),
            ("language_identity", "mean", "Language"), ("language_identity", "mean, centred", "centred"),
            ("pos", "", "Words"))


def print_probe(console: Console, findings: ProbeFindings) -> None:
    """Print the main finding, a table a model, and what a task loses.

    Args:
        console: where to.
        findings: what to print.
    """
    for model in findings.models:
        console.print(Text(f"{model.role} fine-tuning: {model.name}", style="bold"))
        console.print(states_table(findings, model.role))
        console.print()
    for line in _effects(findings):
        console.print(line)
    console.print(Text(headline(findings), style="bold"))
    told = ("Means over languages. Retrieval: per cent of sentences whose translation is the nearest; centred: "
            "languages' means taken away; language, words: per cent that a linear probe tells.")
    console.print(Text(told, style="dim"))
    for note in (*findings.notes, *(f"not tested here: {what}" for what in findings.not_tested)):
        console.print(Text(note, style="yellow"))
    if findings.provenance:
        console.print(Text(f"Encoder: {findings.provenance}.", style="bold"))


def states_table(findings: ProbeFindings, role: str) -> RichTable:
    """Every measure of one model, a line a state; the best layer of each is set strongly."""
    model = next(item for item in findings.models if item.role == role)
    table = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("State", no_wrap=True)
    found = {(average.measure, average.variant, average.state): average.value for average in findings.averages
             if average.model == role}
    shown = [column for column in _COLUMNS if any(key[:2] == column[:2] for key in found)]
    for _, _, title in shown:
        table.add_column(title, justify="right", no_wrap=True)
    best = {column[:2]: max(value for key, value in found.items() if key[:2] == column[:2]) for column in shown}
    for state in states(findings):
        if state not in model.states:
            continue
        cells = []
        for measure, variant, _ in shown:
            value = found.get((measure, variant, state))
            style = "bold" if value is not None and value == best[measure, variant] else ""
            cells.append(Text("–" if value is None else number(value, points=measure in HIGHER_IN_POINTS), style=style))
        table.add_row(state_name(state), *cells)
    return table


def _effects(findings: ProbeFindings) -> list[Text]:
    table = effects_table(findings)
    if table is None:
        return []
    changes = [effect for effect in findings.task_effects if effect.language != findings.source]
    told = []
    for change in dict.fromkeys(effect.change for effect in changes):
        values = [effect.difference for effect in changes if effect.change == change]
        told.append(f"{change} {signed(sum(values) / len(values))}")
    first = findings.task_effects[0]
    return [Text(f"{first.task} on {first.data_set}, points on average over target languages: {', '.join(told)}.\n")]
