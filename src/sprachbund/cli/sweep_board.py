"""How a sweep goes, told in lines: a finished cell with what it reached, and how much is left."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Console

from sprachbund.api_sweep import FinishedSweep
from sprachbund.cli.terminal import Display, duration
from sprachbund.studies.cell_scores import CellScore
from sprachbund.studies.sweep import SweepObserver
from sprachbund.studies.sweep_plan import PlannedCell


class SweepBoard(SweepObserver):
    """Prints a line for each cell.

    Args:
        console: where to.
        display: shows the events of stages.
    """

    def __init__(self, console: Console, display: Display) -> None:
        self.console, self.display = console, display
        self._cells = self._done = self._computed = 0
        self._begun = time.monotonic()

    def begin(self, cells: Sequence[PlannedCell]) -> None:
        """Say what comes."""
        self._cells, self._done, self._computed, self._begun = len(cells), 0, 0, time.monotonic()
        phase = "tuning cells, scored on dev alone" if cells[0].cell.tuning else "cells"
        self.console.print(f"{len(cells)} {phase}", highlight=False)

    def scored(self, planned: PlannedCell, score: CellScore, *, stored: bool) -> None:
        """Say what a cell reached."""
        self._done += 1
        self._computed += not stored
        if stored:
            return
        targets = f", targets {score.targets:.1f}" if score.targets is not None else ""
        left = (time.monotonic() - self._begun) / self._computed * (self._cells - self._done)
        self.console.print(f"  [green]scored[/]  {planned.cell.label}: dev {score.dev:.1f}{targets} "
                           f"[dim]({self._done} of {self._cells} cells, {duration(left)} left)[/]", highlight=False)

    def conclude(self, finished: FinishedSweep) -> None:
        """Say where the sweep stands."""
        state = finished.state
        self.console.print(f"{state.computed} cells computed, {len(state.done)} done, {len(state.missing)} missing",
                           highlight=False)
        if state.missing or state.choice is None:
            self.console.print("the same command again goes on", highlight=False)
        self.console.print(f"rows    {finished.folder / 'rows'}", highlight=False, soft_wrap=True)
