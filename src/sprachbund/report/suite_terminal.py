"""A suite's scores in a terminal: tasks, groups, overall, and what is known to be wrong with them."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sprachbund.report.suite_contents import headline
from sprachbund.report.suite_tables import group_name, tasks_table
from sprachbund.results.suite_scores import SuiteScores


def print_suite(console: Console, scores: SuiteScores) -> None:
    """Print tasks, means of groups, and every known fault of the evaluator's figures."""
    console.print(task_lines(scores))
    console.print()
    for group in scores.groups:
        mean = scores.group_mean(group)
        told = "–" if mean is None else f"{mean:.1f}"
        console.print(Text.assemble(f"{group_name(group):<20}", (f"{told:>5}", "bold")))
    console.print()
    console.print(Text(headline(scores), style="bold"))
    for note in (*scores.notes, *scores.faults):
        console.print(Text(f"- {note}", style="yellow" if note in scores.notes else "dim"))


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
