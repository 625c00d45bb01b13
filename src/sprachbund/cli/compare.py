"""`sprachbund compare`: two stored runs; differences with intervals, and what the two decide differently."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sprachbund.cli.options import AsJson, DataDir
from sprachbund.cli.terminal import console

if TYPE_CHECKING:
    from sprachbund.results.compare import DifferentExample, RunComparison

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def compare(
    first: Annotated[str, typer.Argument(metavar="RUN", help="The baseline: output folder of a run, or its name "
                                         "below runs/.")],
    second: Annotated[str, typer.Argument(metavar="RUN", help="The run that is compared with it; may be the same, "
                                          "to compare two of its systems.")],
    system: Annotated[list[str] | None, typer.Option(help="Systems to compare, where names do not say it: once for "
                                                     "the first run, once more for the second.")] = None,
    examples: Annotated[int, typer.Option(min=0, help="Examples decided differently to print, a language.")] = 2,
    data_dir: DataDir = None,
    json: AsJson = False,
) -> int:
    """Compare two stored runs on the items they share."""
    from sprachbund import api  # these import pyarrow, which `--help` does without
    from sprachbund.report.terminal import print_findings

    one, other = api.load_run(first), api.load_run(second)
    systems = [*(system or []), None, None]
    comparisons = api.compare(one, other, first_system=systems[0], second_system=systems[1])
    if json:
        json_module.dump([_json(item) for item in comparisons], sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    out = console()
    for comparison in comparisons:
        print_findings(out, comparison.findings)
        _print_decisions(comparison, out)
        if examples and comparison.examples:
            chosen = _first_of_each(comparison.examples, examples)
            _print_examples(comparison, chosen, api.example_texts(one, chosen, data_dir=data_dir), out)
    return 0


def _json(item: RunComparison) -> dict[str, object]:
    from sprachbund.results.findings import findings_json

    return {**asdict(item), "findings": findings_json(item.findings)}


def _print_decisions(item: RunComparison, out: Console) -> None:
    """How many examples only one of the two has wholly right."""
    names = {target.code: target.name for target in item.findings.targets}
    many = item.seeds != 1
    table = Table(box=None, pad_edge=False, title=f"Examples wholly right by {item.metric}"
                  + (f", summed over {item.seeds} seeds" if many else ""), title_justify="left")
    table.add_column("language")
    for heading in ("both", f"only {escape(item.first)}", f"only {escape(item.second)}", "neither"):
        table.add_column(heading, justify="right")
    for row in item.decisions:
        counts = (row.both, row.only_first, row.only_second, row.neither)
        table.add_row(names.get(row.target, row.target), *(f"{count:,}" for count in counts))
    out.print()
    out.print(table)


def _print_examples(
    item: RunComparison, chosen: list[DifferentExample], texts: Mapping[tuple[str, str], str], out: Console
) -> None:
    count = f"{len(item.examples):,} examples in all"
    out.print(f"\nDecided differently ({count}; the largest differences of each language)")
    for example in chosen:
        text = texts.get((example.target, example.identity), f"example {example.identity}")
        better = item.first if example.score_first > example.score_second else item.second
        out.print(f"  [cyan]{example.target:<8}[/]{example.score_first:5.1f} → {example.score_second:5.1f}  "
                  f"[dim]better: {escape(better)}[/]  {escape(text)}", highlight=False)


def _first_of_each(examples: tuple[DifferentExample, ...], count: int) -> list[DifferentExample]:
    taken: dict[str, list[DifferentExample]] = {}
    for example in examples:
        taken.setdefault(example.target, [])
        if len(taken[example.target]) < count:
            taken[example.target].append(example)
    return [example for target in sorted(taken) for example in taken[target]]


command = typer.main.get_command(app)
