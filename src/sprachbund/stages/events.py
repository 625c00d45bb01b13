"""What happens to stages, as a display or a log subscribes to it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class StageEvent:
    """A stage changed its state.

    Args:
        state: "hit" (stored already, nothing is run), "started", "finished", "stopped" (on request) or "failed".
        key: the stage's key.
        kind: the stage's kind.
        label: the stage's name for people.
        seconds: duration, for "finished", "stopped" and "failed".
        message: for "stopped" and "failed", what was raised.
        cpus: cores that the stage has; 0 where it does not run.
    """

    state: Literal["hit", "started", "finished", "stopped", "failed"]
    key: str
    kind: str
    label: str
    seconds: float = 0.0
    message: str = ""
    cpus: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running stage is.

    Args:
        key: the stage's key.
        label: the stage's name for people.
        done: units done.
        total: units in all, 0 if unknown.
        unit: what is counted ("steps", "sentences").
        values: figures of the moment ({"loss": 0.31, "dev accuracy": 94.2, "pieces/s": 2210}).
        note: a line to print once ("resumed at step 120"), or "".
    """

    key: str
    label: str
    done: int
    total: int
    unit: str
    values: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


Event = StageEvent | Progress
Emit = Callable[[Event], None]


_logger = logging.getLogger(__name__)


def log_notes(event: Event) -> None:
    """Log what a stage wants to be read (a damaged output, a missing memory limit); nothing else."""
    if isinstance(event, Progress) and event.note:
        _logger.warning("%s: %s", event.label, event.note)


def ignore(event: Event) -> None:
    """Subscribe to nothing."""
