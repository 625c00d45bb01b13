"""A sweep while it runs: a table of systems and seeds for the tasks at work, or plain lines without a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from sprachbund.report.numbers import duration
from sprachbund.stages.events import Emit, Event, Progress, StageEvent
from sprachbund.studies.cell_scores import CellScore
from sprachbund.studies.sweep import SweepObserver
from sprachbund.studies.sweep_plan import PlannedCell, Role

PLAIN_SECONDS = 60.0
"""Time between two lines on a cell that is at work, where there is no terminal."""
_AT_WORK: dict[Role, str] = {"train": "training", "predict dev": "predicting dev", "predict": "predicting",
                             "probe": "probing"}


class SweepBoard(SweepObserver):
    """Shows a sweep.

    Args:
        console: where to; the table is drawn only if it is a terminal.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._cells: list[PlannedCell] = []
        self._places: dict[str, list[tuple[PlannedCell, Role]]] = {}
        self._states: dict[PlannedCell, str] = {}
        self._done = self._computed = 0
        self._begun = time.monotonic()
        self._last_line: dict[PlannedCell, float] = {}

    @contextmanager
    def live(self) -> Iterator[Emit]:
        """Draw while the block runs; the block sends its events to what it is given."""
        if not self.console.is_terminal:
            yield self
            return
        with Live(get_renderable=self.render, console=self.console, refresh_per_second=2, transient=True):
            yield self

    def begin(self, cells: Sequence[PlannedCell]) -> None:
        """Take in the cells of a phase."""
        # Another thread draws: a mapping whose keys stay the same can be read while its values change.
        self._states, self._last_line = dict.fromkeys(cells, ""), {}
        self._cells = list(cells)
        self._done = self._computed = 0
        self._begun = time.monotonic()
        self._places = {}
        for planned in cells:
            for role, key in planned.keys.items():
                self._places.setdefault(key, []).append((planned, role))
        kind = "tuning cells, scored on dev alone" if cells[0].cell.tuning else "cells"
        self.console.print(f"{len(cells)} {kind}", highlight=False)

    def scored(self, planned: PlannedCell, score: CellScore, *, stored: bool) -> None:
        """Take in what a cell reached, and print it unless it was there before."""
        self._states[planned] = _figures(score)
        self._done += 1
        self._computed += not stored
        if not stored:
            told = f"dev {score.dev:.1f}" + (f", targets {score.targets:.1f}" if score.targets is not None else "")
            self._print(f"  [green]scored[/]  {escape(planned.cell.label)}: {told} [dim]({self._left()})[/]")

    def __call__(self, event: Event) -> None:
        """Take in an event of a stage."""
        if isinstance(event, Progress):
            if event.note:
                self._print(f"  [yellow]note[/]    {escape(f'{event.label}: {event.note}')}")
            if event.total:
                self._at_work(event)
        elif event.state == "failed":
            self._print(f"  [red]failed[/]  {escape(event.label)}: {escape(event.message.splitlines()[0])}")
            self._set(event, "failed")
        elif event.state in {"started", "stopped"}:
            self._set(event, "" if event.state == "stopped" else None)

    def render(self) -> RenderableType:
        """The tables of tasks at work, a line for each of the others, and what is left."""
        parts: list[RenderableType] = []
        tasks = list(dict.fromkeys(planned.cell.task.label for planned in self._cells))
        busy = {planned.cell.task.label for planned, state in self._states.items() if "%" in state}
        for task in tasks:
            cells = [planned for planned in self._cells if planned.cell.task.label == task]
            if task in busy or len(tasks) == 1:
                parts.append(_table(task, cells, self._states))
            else:
                done = sum(self._states.get(planned, "")[:1].isdigit() for planned in cells)
                parts.append(Text(f"  {task}: {done} of {len(cells)} cells", style="dim"))
        return Group(*parts, Text(f"  {self._left()}"))

    def _at_work(self, event: Progress) -> None:
        for planned, role in self._places.get(event.key, ()):
            share = f"{100 * event.done / event.total:.0f} %"
            self._states[planned] = f"{_AT_WORK.get(role, role)} {share}"
            now = time.monotonic()
            if not self.console.is_terminal and now - self._last_line.setdefault(planned, now) >= PLAIN_SECONDS:
                self._last_line[planned] = now
                self._print(f"          {escape(planned.cell.label)}: {self._states[planned]}")

    def _set(self, event: StageEvent, state: str | None) -> None:
        for planned, role in self._places.get(event.key, ()):
            self._states[planned] = f"{_AT_WORK.get(role, role)} 0 %" if state is None else state

    def _left(self) -> str:
        told = f"{self._done} of {len(self._cells)} cells"
        if not self._computed or self._done == len(self._cells):
            return told
        each = (time.monotonic() - self._begun) / self._computed
        return f"{told}, about {duration(each * (len(self._cells) - self._done))} left"

    def _print(self, line: str) -> None:
        self.console.print(line, highlight=False, soft_wrap=True)


def _figures(score: CellScore) -> str:
    return f"{score.dev:.1f}" if score.targets is None else f"{score.dev:.1f} / {score.targets:.1f}"


def _column(planned: PlannedCell) -> str:
    cell = planned.cell
    return f"{cell.settings or 'own settings'}, seed {cell.seed}" if cell.tuning else f"seed {cell.seed}"


def _table(task: str, cells: Sequence[PlannedCell], states: dict[PlannedCell, str]) -> Table:
    """Systems x seeds (or settings, in tuning), each with its state."""
    tuning = cells[0].cell.tuning
    table = Table(title=f"{task}: {'dev' if tuning else 'dev / mean over targets'}, points", title_justify="left")
    columns = list(dict.fromkeys(map(_column, cells)))
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    found = {(planned.cell.system, _column(planned)): states.get(planned) or "·" for planned in cells}
    for system in dict.fromkeys(planned.cell.system for planned in cells):
        table.add_row(system, *(found.get((system, column), "") for column in columns))
    return table
