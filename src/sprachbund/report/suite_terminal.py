"""A suite's scores in a terminal: tasks, groups, overall, and what is known to be wrong with them."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sprachbund.report.numbers import score
from sprachbund.report.suite_contents import headline
from sprachbund.report.suite_tables import group_name, tasks_table
from sprachbund.results.published_suites import reported_scores
from sprachbund.results.suite_scores import SuiteScores

_NOTES = 8
"""Notes that are printed."""


def print_suite(console: Console, scores: SuiteScores) -> None:
    """Print tasks, means of groups, and every known fault of the evaluator's figures."""
    console.print(task_lines(scores))
    console.print()
    for group in scores.groups:
        mean = scores.group_mean(group)
        told = "–" if mean is None else f"{mean:.1f}"
        console.print(Text.assemble(f"{group_name(group):<20}", (f"{told:>5}", "bold")))
    console.print()
    console.print(reported_lines(scores))
    console.print(Text("Reported by papers, not ours; sources stand in the report and in published_suites.csv. "
                       "* F1 alone: no exact match is given.", style="magenta"))
    console.print()
    console.print(Text(headline(scores), style="bold"))
    rest = len(scores.notes) - _NOTES
    for note in (*scores.notes[:_NOTES], *([f"{rest} more notes: -o FOLDER or --json tells all"] if rest > 0 else [])):
        console.print(Text(f"- {note}", style="yellow"))
    for fault in scores.faults:
        console.print(Text(f"- {fault}", style="dim"))


def task_lines(scores: SuiteScores) -> RichTable:
    """A line a task: score, how it is made, number of languages, what is missing."""
    table = RichTable(title=f"{scores.title}: {scores.system}", title_justify="left", title_style="bold",
                      box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    told = tasks_table(scores)
    shown = [place for place, column in enumerate(told.columns) if column.label != "Group"]
    for place in shown:
        table.add_column(told.columns[place].label, justify="right" if told.columns[place].numeric else "left",
                         overflow="fold")
    for line in told.lines:
        table.add_row(*(Text.assemble(line.cells[place].text, (
            f" ({', '.join(line.cells[place].details)})" if line.cells[place].details else "", "dim"))
            for place in shown))
    return table


def reported_lines(scores: SuiteScores) -> RichTable:
    """Our scores over what papers report of the same tasks, which is coloured."""
    table = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True, max_width=16)
    for task in scores.tasks:
        table.add_column(task.title.replace("TyDiQA-GoldP", "TyDiQA"), justify="right")
    table.add_row(scores.system, *("–" if task.mean is None else score(task.mean) for task in scores.tasks))
    for row in reported_scores(scores.suite):
        values = [row.scores.get(task.task, {}) for task in scores.tasks]
        told = [f"{score(mean)}" if (mean := row.score(task.task)) is not None else
                f"{score(value['f1'])}*" if "f1" in value else "–"
                for task, value in zip(scores.tasks, values, strict=True)]
        table.add_row(row.system, *told, style="magenta")
    return table
