"""Events as plain lines, or as live progress bars where there is a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from sprachbund.report.numbers import duration
from sprachbund.stages.events import Emit, Event, Progress, StageEvent

PLAIN_SECONDS = 10.0
"""Time between two progress lines of a stage where there is no terminal."""
_QUIET_KINDS = {"prepare", "check", "score", "summarise"}


class Display:
    """Subscribes to events and shows them.

    Args:
        console: where to; bars are drawn only if it is a terminal.

    Attributes:
        hits, executed: number of stages found in the store, and run.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.hits = self.executed = 0
        self._prepared = 0
        self._bars = Bars(
            TextColumn("  {task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=console, transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._threads: dict[str, str] = {}
        self._last_line: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, StageEvent):
            self._stage(event)
        else:
            self._progress(event)

    @contextmanager
    def live(self) -> Iterator[Emit]:
        """Draw bars while the block runs."""
        if not self.console.is_terminal:
            yield self
            return
        with self._bars:
            yield self

    def _stage(self, event: StageEvent) -> None:
        if event.state == "started":
            self._threads[event.key] = threads(event.cpus)
        elif event.state == "hit":
            self.hits += 1
        elif event.state == "finished":
            self.executed += 1
        task = self._tasks.pop(event.key, None)
        if task is not None and event.state in {"finished", "stopped", "failed"}:
            self._bars.remove_task(task)
        if event.state == "failed":
            self.console.print(f"  [red]failed[/]  {escape(event.label)}", highlight=False)  # the command tells why
        elif event.state == "stopped":
            self.console.print(f"  [yellow]stopped[/] {escape(event.label)}", highlight=False)
        elif event.kind in _QUIET_KINDS:
            self._count_prepared(event)
        elif event.state == "finished":
            took = duration(event.seconds) + (f", {threads(event.cpus)}" if event.cpus else "")
            self.console.print(f"  [green]done[/]    {escape(event.label)} [dim]({took})[/]", highlight=False)
        elif event.state == "hit":
            self.console.print(f"  [cyan]stored[/]  {escape(event.label)}", highlight=False)

    def _count_prepared(self, event: StageEvent) -> None:
        """Dozens of languages are prepared; they share one bar, or say nothing where there is no terminal."""
        if event.kind != "prepare" or event.state != "finished":
            return
        self._prepared += 1
        if not self.console.is_terminal:
            return
        if "prepare" not in self._tasks:
            self._tasks["prepare"] = self._bars.add_task("prepare", total=None, figures="")
        self._bars.update(self._tasks["prepare"], figures=f"{self._prepared} corpora", description=event.label)

    def _progress(self, event: Progress) -> None:
        if event.note:
            told = escape(f"{event.label}: {event.note}")
            self.console.print(f"  [yellow]note[/]    {told}", highlight=False)
        shown = {name: value for name, value in event.values.items() if name != "seconds left"}
        figures = "  ".join(_figure(name, value) for name, value in shown.items())
        if self.console.is_terminal:
            if "prepare" in self._tasks:
                self._bars.remove_task(self._tasks.pop("prepare"))
            if event.key not in self._tasks:
                described = ", ".join(filter(None, (event.label, self._threads.get(event.key))))
                self._tasks[event.key] = self._bars.add_task(described, total=event.total or None, figures="")
            self._bars.update(self._tasks[event.key], completed=event.done, figures=figures)
            return
        now = time.monotonic()
        if now - self._last_line.setdefault(event.key, now) >= PLAIN_SECONDS:
            self._last_line[event.key] = now
            share = f"{event.done}/{event.total}" if event.total else f"{event.done}"
            left = f", {duration(event.values['seconds left'])} left" if "seconds left" in event.values else ""
            used = f" on {self._threads[event.key]}" if event.key in self._threads else ""
            line = f"          {event.label}: {share} {event.unit}{used}{left}  {figures}"
            self.console.print(line, highlight=False, soft_wrap=True)


def console(file: TextIO | None = None, *, stderr: bool = False) -> Console:
    """The console of a command; NO_COLOR and TERM=dumb are honoured by rich."""
    return Console(file=file, stderr=stderr)


def threads(count: int) -> str:
    """A number of threads for people.

    >>> threads(1), threads(2)
    ('1 thread', '2 threads')
    """
    return f"{count} thread{'s' if count > 1 else ''}"


def _figure(name: str, value: float) -> str:
    if name.endswith("/s") or value == int(value):
        return f"{name} {value:,.0f}"
    return f"{name} {value:.3f}" if abs(value) < 10 else f"{name} {value:.1f}"
