"""Run one assignment: lock, look, call its function, store; the same in every process and for every executor."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Literal, cast

from sprachbund.core.errors import IntegrityError, Interrupted, SprachbundError, StageError
from sprachbund.core.files import storage_fault
from sprachbund.stages.assignment import Assignment
from sprachbund.stages.events import Emit, Progress, StageEvent
from sprachbund.stages.manifest import describe, write_manifest
from sprachbund.stages.stage import Job, StageFunction
from sprachbund.stages.store import Store


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an assignment.

    Args:
        key: the stage's key.
        executed: False if its output was in the store by then (another process had built it).
        seconds: how long its function ran.
    """

    key: str
    executed: bool
    seconds: float = 0.0


def perform(assignment: Assignment, store: Store, emit: Emit) -> Outcome:
    """Build the output of a stage unless it is stored and intact.

    Emits "hit", or "started" and then "finished", "stopped" or "failed". One process at a time builds a key; others
    wait and find it stored. Damaged output is told (a note), removed and built anew. The work folder is kept if the
    function raises or the process dies, and removed once the output is stored.

    Raises:
        SprachbundError: raised by the function, as it is; StorageError for a full disk, however reported;
            StageError, with the traceback, for anything else.
        KeyboardInterrupt: as it is.
    """
    key, label = assignment.key, assignment.label

    def note(text: str) -> None:
        emit(Progress(key, label, 0, 0, "", note=text))

    with store.lock(key, waiting=lambda: note("another process is building it; waiting for that")):
        try:
            if store.intact(key):
                emit(StageEvent("hit", key, assignment.kind, label))
                return Outcome(key, executed=False)
        except IntegrityError as damage:
            note(f"stored output is damaged and built anew ({damage.where}: {damage.what})")
            store.remove(key)
        store.discard_partial(key)
        return _build(assignment, store, emit)


def _build(assignment: Assignment, store: Store, emit: Emit) -> Outcome:
    begun = time.monotonic()

    def tell(state: Literal["finished", "stopped", "failed"], message: str = "") -> float:
        seconds = time.monotonic() - begun
        emit(StageEvent(state, assignment.key, assignment.kind, assignment.label, seconds, message, assignment.cpus))
        return seconds

    emit(StageEvent("started", assignment.key, assignment.kind, assignment.label, cpus=assignment.cpus))
    try:
        inputs = {name: store.open(key) for name, key in assignment.inputs.items()}
        with store.write(assignment.kind, assignment.key) as output:
            started = datetime.now(UTC)
            _call(assignment, store, inputs, output, emit)
            write_manifest(describe(assignment, output, started, time.monotonic() - begun), output)
        store.discard_work(assignment.key)
    except KeyboardInterrupt:
        tell("stopped", "interrupted")
        raise
    except SprachbundError as error:
        tell("stopped" if isinstance(error, Interrupted) else "failed", str(error))
        raise
    return Outcome(assignment.key, executed=True, seconds=tell("finished"))


def _call(assignment: Assignment, store: Store, inputs: dict[str, Path], output: Path, emit: Emit) -> None:
    job = Job(
        key=assignment.key,
        config=assignment.config,
        settings=assignment.settings,
        inputs=inputs,
        output=output,
        work=store.work_folder(assignment.key),
        emit=emit,
        cpus=assignment.cpus,
    )
    try:
        find_function(assignment.function)(job)
    except (SprachbundError, KeyboardInterrupt):
        raise
    except BaseException as error:
        full = storage_fault(error, output.parent)
        raise full or stage_error(assignment.label, error) from error


def find_function(address: str) -> StageFunction:
    """Import the function "module:function".

    Raises:
        ImportError, AttributeError, TypeError, ValueError: it is not there or cannot be called.
    """
    module, colon, attribute = address.partition(":")
    if not colon:
        raise ValueError(f"{address!r} is no address of a function: module:function is expected")
    function = getattr(import_module(module), attribute)
    if not callable(function):
        raise TypeError(f"{address} is a {type(function).__name__}, not a function")
    return cast("Callable[[Job], None]", function)


def stage_error(label: str, error: BaseException) -> StageError:
    """Turn an exception that is none of ours into a StageError that keeps its type and traceback."""
    kind = type(error).__name__
    return StageError(
        f"the stage {label!r} failed: {kind}: {error}" if str(error) else f"the stage {label!r} failed: {kind}",
        stage=label,
        cause_type=kind,
        details="".join(traceback.format_exception(error)),
        remedy="finished stages are kept; mend the cause and run the same command again",
    )
