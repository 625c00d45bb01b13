"""A sweep in a terminal: what was found on each task, gains, layers, luck; fits 80 columns."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sprachbund.report.numbers import bound, plural, probability, seeds_text, signed
from sprachbund.report.sweep_words import (
    choice_sentence,
    headline,
    over_control,
    task_sentence,
    told_apart,
    training_line,
)
from sprachbund.results.sweep_findings import Bounds, Contender, Gain, LayerCurve, SweepFindings, SweepPart

_SOFT, _CHOSEN = "dim", "bold"
_NAME = 30


def print_sweep(console: Console, findings: SweepFindings) -> None:
    """Print gains of every contender, gains by layer, and what a reader of them must know.

    Args:
        console: where to; colours are left out where it is no terminal.
        findings: what to print.
    """
    for part in findings.parts:
        console.print(gains_table(part, findings.level))
        for curve in part.curves:
            console.print(_layers_line(part, curve, findings.level))
        console.print()
        for choice in part.choices:
            console.print(Text(f"{choice.aggregator}: {choice_sentence(part, choice, findings.level)}", style=_SOFT))
        for remark in part.remarks:
            console.print(Text(f"{remark.rstrip('.')}.", style="yellow"))
        console.print()
    for style, line in _closing_lines(findings):
        console.print(Text(line, style=style))


def gains_table(part: SweepPart, level: float) -> RichTable:
    """Gains over the baseline and over the control, with their intervals."""
    seeds = sorted({seed for system in part.systems for seed in system.seeds})
    table = RichTable(
        title=f"{part.data_set}: {part.metric.name}, points over {part.baseline}; mean of "
              f"{plural(len(part.languages), 'target language')}; {seeds_text(seeds)}",
        title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("System", max_width=_NAME, overflow="fold")
    for name in ("Gain", "p", "Over the control", "On the source"):
        table.add_column(name, justify="right", no_wrap=True)
    for contender in part.contenders:
        table.add_row(*_cells(part, contender, level))
    return table


def _cells(part: SweepPart, contender: Contender, level: float) -> list[Text]:
    control = Text("is the control", style=_SOFT) if contender.control else _gain(over_control(part, contender), level)
    return [Text(contender.system), _gain(contender.gain, level), Text(probability(_p(contender.gain.here))), control,
            _gain(contender.source_gain, None)]


def _gain(gain: Gain | None, level: float | None) -> Text:
    """A gain with its interval; with a level, coloured and starred where it is told apart from zero."""
    if gain is None:
        return Text("–", style=_SOFT)
    sign = told_apart(gain.here, level) if level is not None else 0
    colour = {1: "green", -1: "red", 0: ""}[sign]
    interval = f" [{bound(gain.here.low)}, {bound(gain.here.high)}]"
    return Text.assemble(("* " if sign else "", colour), (signed(gain.mean), colour), (interval, _SOFT))


def _p(bounds: Bounds) -> float:
    return bounds.p if bounds.p_tasks is None else bounds.p_tasks


def _layers_line(part: SweepPart, curve: LayerCurve, level: float) -> Text:
    """Gains by layer in one line: `DLFA (literal)  1 -0.4  3 0.0 ...`, the chosen layer bold, the oracle marked."""
    choice = next((item for item in part.choices if item.aggregator == curve.aggregator), None)
    line = Text(f"{curve.aggregator} by layer: ")
    for place, point in enumerate(curve.points):
        chosen = choice is not None and choice.chosen == point.system
        oracle = "×" if choice is not None and choice.oracle == point.system else ""
        colour = {1: "green", -1: "red", 0: ""}[told_apart(point.gain.here, level)]
        line.append("  " if place else "")
        line.append(f"{point.layer}{oracle}", style=_CHOSEN if chosen else _SOFT)
        line.append(f" {signed(point.gain.mean)}", style=f"{_CHOSEN} {colour}".strip() if chosen else colour)
    return line


def _closing_lines(findings: SweepFindings) -> list[tuple[str, str]]:
    lines = [("bold", headline(findings))]
    if len(findings.parts) > 1:
        lines += [("", task_sentence(part, findings.level)) for part in findings.parts]
    several = " p is corrected by Holm over the tasks." if len(findings.parts) > 1 else ""
    lines.append((_SOFT, f"Brackets are {findings.level:.0%} intervals for these languages over examples and seeds; "
                         f"the source is in no average. * told apart from zero.{several} Layers: bold, chosen on "
                         "source dev; ×, best on test (oracle)."))
    lines += [(_SOFT, training_line(part)) for part in findings.parts]
    lines += [("yellow", f"{part.data_set}: {note}") for part in findings.parts for note in part.notes]
    lines += [("yellow", f"{part.data_set}: {item.target} is in no average: {item.why}.")
              for part in findings.parts for item in part.left_out]
    missing = [*findings.missing, *(cell for part in findings.parts for cell in part.missing)]
    if missing:
        first = "; ".join(missing[:3]) + ("; ..." if len(missing) > 3 else "")
        lines.append(("yellow", f"{plural(len(missing), 'cell')} missing: {first}"))
    lines += [("bold", f"Encoder: {sentence}.") for sentence in findings.provenance]
    return lines
