"""What parent and child process say to each other: pickled one after another into pipes, never stored.

Parent to child: `Assignment`s, one at a time; `STOP`. The end of that pipe means that no more will come, or,
while a stage runs, that the parent is dead. Child to parent: the classes below.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Final

from sprachbund.core.errors import SprachbundError, StageError
from sprachbund.stages.events import Event, Progress
from sprachbund.stages.perform import Outcome

STOP: Final = "stop"
"""Write a checkpoint and end."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the running stage."""

    event: Event


@dataclass(frozen=True, slots=True)
class Done:
    """The running stage is in the store; the child is free."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Failed:
    """The running stage failed.

    Args:
        pickled: the error itself; its class may be one that the parent cannot import.
        fallback: the same in words.
    """

    pickled: bytes
    fallback: StageError

    def error(self) -> SprachbundError:
        """Return the error as what it was, or else in words."""
        try:
            error = pickle.loads(self.pickled)
        except Exception:  # whatever a stranger's class raises while it is rebuilt
            return self.fallback
        return error if isinstance(error, SprachbundError) else self.fallback


@dataclass(frozen=True, slots=True)
class Stopped:
    """The running stage was interrupted and had its chance to write a checkpoint; the child ends."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The child process has ended; put in by the parent's own watcher.

    Args:
        status: exit status; negative: the number of the signal that killed it.
    """

    status: int


Message = Happened | Done | Failed | Stopped | Ended


def failed(error: SprachbundError, label: str) -> Failed:
    """Pack an error for the way home."""
    kind = type(error).__name__
    fallback = StageError(str(error), stage=label, cause_type=kind, details=getattr(error, "details", ""))
    try:
        return Failed(pickle.dumps(error), fallback)
    except Exception:  # an attribute that cannot be pickled
        return Failed(b"", fallback)


def plain_event(event: Event) -> Event:
    """Turn figures into plain floats: a tensor among them would make the parent import torch to read it."""
    if not isinstance(event, Progress):
        return event
    values = {str(name): float(value) for name, value in event.values.items()}
    return Progress(event.key, str(event.label), int(event.done), int(event.total), event.unit, values, str(event.note))
