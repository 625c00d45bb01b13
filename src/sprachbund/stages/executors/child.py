"""The program of a child process: takes assignments from its standard input, performs them, tells the parent.

It runs with the environment that its stages asked for, before anything but the standard library and the
light floors of this package is imported. Its pipes are taken over: what a stage prints goes to standard error.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any, BinaryIO

from sprachbund.core.errors import SprachbundError
from sprachbund.stages.assignment import Assignment
from sprachbund.stages.events import Event, Progress
from sprachbund.stages.executors.messages import STOP, Done, Happened, Message, Stopped, failed, plain_event
from sprachbund.stages.perform import perform, stage_error
from sprachbund.stages.store import Store

_PROGRESS_SECONDS = 0.05
"""Progress reports that follow each other faster are left out, notes and last steps excepted."""

_INTERRUPTED = 130


def main(root: str) -> None:
    """Serve until the parent has nothing more to do; exit status 130 after an interruption.

    Args:
        root: the store's folder.
    """
    orders, channel = _take_over_pipes()
    sender = _Sender(channel)
    interruption = _Interruption()
    inbox: SimpleQueue[Assignment | None] = SimpleQueue()
    reader = threading.Thread(target=_read_orders, args=(orders, inbox, interruption), daemon=True)
    status = 0
    try:
        interruption.arm()
        reader.start()
        store = Store(Path(root))
        while (assignment := inbox.get()) is not None:
            _serve(assignment, store, sender, interruption)
    except KeyboardInterrupt:
        sender(Stopped())
        status = _INTERRUPTED
    sender.close()
    sys.exit(status)


def _serve(assignment: Assignment, store: Store, sender: _Sender, interruption: _Interruption) -> None:
    message: Message
    try:
        message = Done(perform(assignment, store, _Throttle(sender)))
    except SprachbundError as error:
        message = failed(error, assignment.label)
    except Exception as error:  # a fault of the machine itself, not of the stage
        message = failed(stage_error(assignment.label, error), assignment.label)
    finally:
        interruption.busy = False
    sender(message)  # last: the parent may close its pipe at once, which must not look like its death at work


class _Interruption:
    """One KeyboardInterrupt, however many signals come: a second one would break the writing of a checkpoint."""

    def __init__(self) -> None:
        self.busy = False
        self._raised = False

    def arm(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._raise_once)

    def _raise_once(self, number: int, frame: FrameType | None) -> None:
        if not self._raised:
            self._raised = True
            raise KeyboardInterrupt

    def cause(self) -> None:
        """Interrupt the main thread from another one."""
        main_thread = threading.main_thread().ident
        if hasattr(signal, "pthread_kill") and main_thread is not None:
            signal.pthread_kill(main_thread, signal.SIGINT)  # wakes it from waiting for a lock or a file, too
        else:
            signal.raise_signal(signal.SIGINT)


class _Sender:
    """Writes messages in a thread of its own: signals are handled in the main thread only, so that an
    interruption cannot cut a message in two."""

    def __init__(self, channel: BinaryIO) -> None:
        self._channel = channel
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def __call__(self, message: Message) -> None:
        self._outbox.put(pickle.dumps(message))

    def close(self) -> None:
        self._outbox.put(None)
        self._thread.join()

    def _write(self) -> None:
        try:
            while (data := self._outbox.get()) is not None:
                self._channel.write(data)
                self._channel.flush()
        except OSError:  # the parent is dead; `_read_orders` sees it as well
            while self._outbox.get() is not None:
                pass


class _Throttle:
    """An `Emit` that passes on a few progress reports a second."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._last = -_PROGRESS_SECONDS

    def __call__(self, event: Event) -> None:
        if isinstance(event, Progress) and not event.note and event.done != event.total:
            now = time.monotonic()
            if now - self._last < _PROGRESS_SECONDS:
                return
            self._last = now
        self._send(Happened(plain_event(event)))


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the two pipes to the parent for messages; a stage sees empty input, and its prints go to stderr."""
    orders = os.fdopen(os.dup(0), "rb")
    channel = os.fdopen(os.dup(1), "wb")
    _point_to_nothing(0, os.O_RDONLY)
    os.dup2(2, 1)
    return orders, channel


def _read_orders(orders: BinaryIO, inbox: SimpleQueue[Any], interruption: _Interruption) -> None:
    try:
        while (order := pickle.load(orders)) != STOP:
            interruption.busy = True  # here, so that a STOP right behind it cannot be missed
            inbox.put(order)
    except EOFError:
        if interruption.busy:  # the parent is dead, and so may be whoever reads our stderr
            _point_to_nothing(1, os.O_WRONLY)
            _point_to_nothing(2, os.O_WRONLY)
    inbox.put(None)
    if interruption.busy:
        interruption.cause()


def _point_to_nothing(descriptor: int, mode: int) -> None:
    nothing = os.open(os.devnull, mode)
    os.dup2(nothing, descriptor)
    os.close(nothing)
