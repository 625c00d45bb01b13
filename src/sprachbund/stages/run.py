"""Run what some target stages need, and nothing else."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from sprachbund.core.errors import IntegrityError, Interrupted
from sprachbund.stages.assignment import Assignment
from sprachbund.stages.events import Emit, StageEvent, ignore
from sprachbund.stages.executors.executor import Executor
from sprachbund.stages.executors.schedule import Schedule
from sprachbund.stages.graph import build_graph, plan_work
from sprachbund.stages.stage import Stage
from sprachbund.stages.store import Store


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One stage of a run: what it was and how long it took (0 for one found in the store)."""

    kind: str
    label: str
    key: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did.

    Args:
        executed: stages that ran, in the order in which they finished.
        hits: stages found in the store whose output was needed.
        outputs: verified output folder of each target, in the order given; without those held back by `may_start`.
        seconds: duration of the whole.
    """

    executed: tuple[StageRecord, ...]
    hits: tuple[StageRecord, ...]
    outputs: tuple[Path, ...]
    seconds: float


def run_stages(
    targets: Sequence[Stage],
    store: Store,
    executor: Executor,
    emit: Emit = ignore,
    *,
    keep_going: bool = False,
    may_start: Callable[[str], bool] | None = None,
) -> RunSummary:
    """Bring the outputs of the targets into the store.

    Stored outputs are verified before they count; damaged ones are built anew. When a stage fails, those that
    are running finish, and nothing else is started; with `keep_going` all stages that do not need the failed
    one still run. Either way the first error is raised at the end, and a later call goes on from there.

    Args:
        targets: the stages whose outputs are wanted.
        store: where outputs are kept.
        executor: who runs the stages.
        emit: gets every event, always in this thread.
        keep_going: see above.
        may_start: says whether a stage, by its key, may start now; whoever has no more time starts nothing new
            and lets what was begun come to its end. None: all may.

    Raises:
        SprachbundError: the first failure, as the stage raised it.
        StageError: a stage raised something else, or its process died.
        Interrupted: Ctrl-C or SIGTERM; calling again goes on from the last checkpoints.
    """
    begun = time.monotonic()
    graph = build_graph(targets)
    with _interruptible():
        plan = plan_work(graph, lambda key: _usable(store, key))
        hits = [_record(assignment) for assignment in plan.hits]
        for hit in hits:
            emit(StageEvent("hit", hit.key, hit.kind, hit.label))
        schedule = Schedule(plan.runs, keep_going=keep_going, may_start=may_start)
        if plan.runs:
            executor.execute(schedule, store, emit)
        if schedule.errors:
            raise schedule.errors[0]
        held_back = {one.key for one in schedule.waiting}
        outputs = tuple(store.open(key) for key in graph.targets if key not in held_back)
    executed: list[StageRecord] = []
    for outcome in schedule.outcomes:
        record = _record(graph.assignments[outcome.key], outcome.seconds)
        (executed if outcome.executed else hits).append(record)
    return RunSummary(tuple(executed), tuple(hits), outputs, time.monotonic() - begun)


def _usable(store: Store, key: str) -> bool:
    try:
        return store.intact(key)
    except IntegrityError:  # `perform` meets it again, tells of it and builds it anew
        return False


def _record(assignment: Assignment, seconds: float = 0.0) -> StageRecord:
    return StageRecord(assignment.kind, assignment.label, assignment.key, seconds)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Make SIGTERM act as Ctrl-C does, and tell both as `Interrupted`."""

    def terminate(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL  # an application's own handler stays
    )
    if ours:
        signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted; what is finished is kept",
            remedy="run the same command again: it goes on from the last checkpoint",
        ) from None
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
