"""Each stage in a child process of this machine, several at once as far as cores and memory reach."""

from __future__ import annotations

import time
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import ClassVar

from sprachbund.core.errors import SprachbundError, StageError
from sprachbund.stages.assignment import Assignment
from sprachbund.stages.environment import physical_memory_gib, usable_cpus
from sprachbund.stages.events import Emit, Progress, StageEvent
from sprachbund.stages.executors.budget import Budget
from sprachbund.stages.executors.child_process import ChildProcess
from sprachbund.stages.executors.executor import Executor
from sprachbund.stages.executors.messages import Done, Ended, Failed, Happened, Message, Stopped
from sprachbund.stages.executors.schedule import Schedule
from sprachbund.stages.store import Store

_FAREWELL_SECONDS = 5.0
"""How long a process without work may take to end."""


class ProcessExecutor(Executor):
    """Runs stages in child processes.

    A process takes one stage after another, so that dozens of corpora, or the trainings of a sweep, import once:
    stages of one kind, or stages that ask for the same variables in their environment, with which the process
    was started. A process in which a stage failed takes no other.

    Args:
        workers: most stages at once; None: as many as the budget allows.
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
        self.budget = Budget(
            usable_cpus() if cpus is None else cpus,
            physical_memory_gib() if memory_gib is None else memory_gib,
            workers,
        )
        self.grace_seconds = grace_seconds

    def execute(self, schedule: Schedule, store: Store, emit: Emit) -> None:
        """See `Executor.execute`."""
        pool = _Pool(self, schedule, store, emit)
        try:
            pool.start()
            while pool.working:
                if pool.take_message():
                    pool.start()
        finally:
            pool.close()


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
        ready = self._schedule.ready()
        for assignment in list(ready):
            running = [child.current for child in self._children if child.current is not None]
            admitted = self._executor.budget.admit(assignment, ready, running)
            if admitted is not None:
                self._schedule.start(admitted)
                ready.remove(assignment)
                self._give(admitted)
        for child in self._children:
            if child.current is None and not any(map(child.takes, ready)):
                child.retire()

    def take_message(self) -> bool:
        """Wait for one message and act on it; say whether a stage may be able to start now.

        Raises:
            KeyboardInterrupt: somebody interrupted a child.
        """
        child, message = self._next()
        match message:
            case Happened(event):
                if isinstance(event, Progress):
                    child.progress = event
                self._emit(event)
                return False
            case Done(outcome):
                child.current = None
                self._schedule.finish(outcome)
            case Failed():
                child.current = None
                child.retire()
                self._schedule.fail(message.error())
            case Stopped():
                child.current = None
                raise KeyboardInterrupt
            case Ended(status):
                self._bury(child, status)
        return True

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
        child = next((one for one in self._children if one.takes(assignment)), None)
        if child is None:
            try:
                child = ChildProcess(assignment.resources.environment, self._store.root, self._inbox)
            except OSError as error:
                what = f"no process could be started for the stage {assignment.label!r}: {error}"
                self._fail(assignment, StageError(what, stage=assignment.label, remedy="end other processes"))
                return
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
