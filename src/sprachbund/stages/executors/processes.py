"""Each stage in a child process of this machine, several at once as far as cores and memory reach."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import ClassVar

from sprachbund.core.errors import SprachbundError, StageError
from sprachbund.stages.assignment import Assignment
from sprachbund.stages.environment import physical_memory_gib, usable_cpus
from sprachbund.stages.events import Emit, Progress, StageEvent
from sprachbund.stages.executors.child_process import ChildProcess
from sprachbund.stages.executors.executor import Executor
from sprachbund.stages.executors.messages import Done, Ended, Failed, Happened, Message, Stopped
from sprachbund.stages.executors.schedule import Schedule
from sprachbund.stages.store import Store

_FAREWELL_SECONDS = 5.0
"""How long a process without work may take to end."""


class ProcessExecutor(Executor):
    """Runs stages in child processes.

    A stage that asks for variables in its environment gets a fresh process, started with them. Others are
    light: a process takes one after another of the same kind, so that dozens of corpora import once. A process
    in which a stage failed takes no other.

    Args:
        workers: most stages at once; None: as many as the budgets allow.
        cpus: cores to share out; None: those this process may use. A stage that asks for more runs alone.
        memory_gib: memory to share out, gibibytes; None: the machine's, where it is known.
        grace_seconds: how long an interrupted stage may take to write its checkpoint.
    """

    in_children: ClassVar[bool] = True

    def __init__(
        self,
        workers: int | None = None,
        cpus: float | None = None,
        memory_gib: float | None = None,
        grace_seconds: float = 60.0,
    ) -> None:
        self.workers = workers
        self.cpus = usable_cpus() if cpus is None else cpus
        self.memory_gib = physical_memory_gib() if memory_gib is None else memory_gib
        self.grace_seconds = grace_seconds

    def execute(self, schedule: Schedule, store: Store, emit: Emit) -> None:
        """See `Executor.execute`."""
        pool = _Pool(self, schedule, store, emit)
        try:
            pool.start()
            while pool.working:
                pool.take_message()
                pool.start()
        finally:
            pool.close()

    def fits(self, assignment: Assignment, running: Sequence[Assignment]) -> bool:
        """Say whether a stage may start beside those that are running."""
        if not running:
            return True
        if self.workers is not None and len(running) >= self.workers:
            return False
        wanted = [one.resources for one in (*running, assignment)]
        memory = self.memory_gib is None or sum(one.memory_gib for one in wanted) <= self.memory_gib
        return memory and sum(one.cpus for one in wanted) <= self.cpus


class _Pool:
    """The child processes of one call of `execute`."""

    def __init__(self, executor: ProcessExecutor, schedule: Schedule, store: Store, emit: Emit) -> None:
        self._executor, self._schedule, self._store, self._emit = executor, schedule, store, emit
        self._inbox: SimpleQueue[tuple[ChildProcess, Message]] = SimpleQueue()
        self._children: list[ChildProcess] = []

    @property
    def working(self) -> bool:
        return any(child.current is not None for child in self._children)

    def start(self) -> None:
        """Start what is ready and fits; let idle processes end for which there is nothing left."""
        for assignment in self._schedule.ready():
            running = [child.current for child in self._children if child.current is not None]
            if self._executor.fits(assignment, running):
                self._schedule.start(assignment)
                self._give(assignment)
        kinds = {one.kind for one in self._schedule.ready() if not one.resources.environment}
        for child in self._children:
            if child.current is None and child.free_for not in kinds:
                child.retire()
                child.free_for = None

    def take_message(self) -> None:
        """Wait for one message and act on it.

        Raises:
            KeyboardInterrupt: somebody interrupted a child.
        """
        child, message = self._next()
        match message:
            case Happened(event):
                if isinstance(event, Progress):
                    child.progress = event
                self._emit(event)
            case Done(outcome):
                child.current = None
                self._schedule.finish(outcome)
            case Failed():
                child.current = child.free_for = None
                child.retire()
                self._schedule.fail(message.error())
            case Stopped():
                child.current = None
                raise KeyboardInterrupt
            case Ended(status):
                self._bury(child, status)

    def close(self) -> None:
        """End all processes: stages that still run get time for a checkpoint, unless Ctrl-C comes again."""
        try:
            for child in self._children:
                if child.current is None:
                    child.retire()
                else:
                    child.stop()
            self._tell_waiting()
            deadline = time.monotonic() + self._executor.grace_seconds
            while self.working and time.monotonic() < deadline:
                self._drain(deadline)
            deadline = time.monotonic() + _FAREWELL_SECONDS
            while self._children and not self.working and time.monotonic() < deadline:
                self._drain(deadline)
        finally:
            for child in self._children:
                child.kill()

    def _give(self, assignment: Assignment) -> None:
        wanted = assignment.resources.environment
        child = next((one for one in self._children if one.current is None and one.free_for == assignment.kind), None)
        if wanted or child is None:
            try:
                child = ChildProcess(wanted, self._store.root, self._inbox)
            except OSError as error:
                what = f"no process could be started for the stage {assignment.label!r}: {error}"
                self._fail(assignment, StageError(what, stage=assignment.label, remedy="end other processes"))
                return
            child.free_for = None if wanted else assignment.kind
            self._children.append(child)
        child.send(assignment)

    def _next(self) -> tuple[ChildProcess, Message]:
        while True:
            try:
                return self._inbox.get(timeout=1.0)  # without a limit, Ctrl-C would not wake it on every system
            except Empty:
                continue

    def _bury(self, child: ChildProcess, status: int) -> None:
        self._children.remove(child)
        if child.current is not None:
            self._fail(child.current, child.died(child.current.label, status))
            child.current = None

    def _fail(self, assignment: Assignment, error: SprachbundError) -> None:
        self._emit(StageEvent("failed", assignment.key, assignment.kind, assignment.label, message=str(error)))
        self._schedule.fail(error)

    def _tell_waiting(self) -> None:
        for child in self._children:
            if child.current is not None and child.progress is not None:
                self._emit(replace(child.progress, note="stopping after a checkpoint; Ctrl-C again stops at once"))

    def _drain(self, deadline: float) -> None:
        try:
            child, message = self._inbox.get(timeout=max(0.0, min(1.0, deadline - time.monotonic())))
        except Empty:
            return
        if isinstance(message, Happened):
            self._emit(message.event)
        elif isinstance(message, Ended):
            self._children.remove(child)
            child.current = None
        else:
            child.current = None
            child.retire()
