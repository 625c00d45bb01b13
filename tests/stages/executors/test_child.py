"""The child's own parts; what they do together is tested in `test_processes` and with real signals end to end."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from io import BytesIO
from pathlib import Path

import pytest
import toy_stages as toys

from sprachbund.stages.assignment import assign
from sprachbund.stages.events import Event, Progress, StageEvent
from sprachbund.stages.executors import child
from sprachbund.stages.executors.messages import Happened, Message, Stopped
from sprachbund.stages.keys import Keys
from sprachbund.stages.store import Store


def test_progress_is_thinned_out_but_notes_and_last_steps_arrive() -> None:
    sent: list[Message] = []
    emit = child._Throttle(sent.append)
    events: list[Event] = [Progress("k", "toy", step, 1000, "steps") for step in range(1, 1001)]
    events.insert(500, Progress("k", "toy", 500, 1000, "steps", note="checkpoint"))
    events.append(StageEvent("finished", "k", "toy", "toy a"))
    for event in events:
        emit(event)
    came = [message.event for message in sent if isinstance(message, Happened)]
    assert len(came) < 100
    assert came[0] == events[0]
    assert came[-2:] == events[-2:]
    assert any(isinstance(event, Progress) and event.note == "checkpoint" for event in came)


def test_messages_arrive_whole_and_in_order() -> None:
    channel = BytesIO()
    sender = child._Sender(channel)
    for number in range(50):
        sender(Happened(Progress("k", "x" * 1000, number, 50, "steps")))
    sender(Stopped())
    sender.close()
    channel.seek(0)
    came = [pickle.load(channel) for _ in range(51)]
    assert [message.event.done for message in came[:-1]] == list(range(50))
    assert (came[-1], channel.read()) == (Stopped(), b"")


def test_a_dead_parent_does_not_stop_a_child_that_writes_its_checkpoint() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as channel:
        sender = child._Sender(channel)
        for _ in range(10):
            sender(Stopped())
        sender.close()


def test_many_signals_are_one_interruption() -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    interruption = child._Interruption()
    try:
        interruption.arm()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        interruption.cause()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def test_an_interruption_from_another_thread_wakes_the_main_thread() -> None:
    before = signal.getsignal(signal.SIGINT)
    interruption = child._Interruption()
    try:
        interruption.arm()
        timer = threading.Timer(0.1, interruption.cause)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            threading.Event().wait(timeout=10)
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@pytest.mark.parametrize("function", ["write", "raise_format_error"])
def test_the_last_message_comes_when_the_work_is_over(store: Store, tmp_path: Path, function: str) -> None:
    """The parent may close its pipe on it at once, and that must not look as if it had died during the work."""
    interruption, busy = child._Interruption(), []
    interruption.busy = True

    class Sender(child._Sender):
        def __init__(self) -> None:
            pass

        def __call__(self, message: Message) -> None:
            if not isinstance(message, Happened):
                busy.append(interruption.busy)

    child._serve(assign(toys.stage(tmp_path, function), Keys()), store, Sender(), interruption)
    assert busy == [False]
