"""What goes through the pipes between parent and child."""

from __future__ import annotations

import pickle
import threading
from decimal import Decimal

from sprachbund.core.errors import FormatError, StageError
from sprachbund.core.source import Location
from sprachbund.stages.events import Progress, StageEvent
from sprachbund.stages.executors.messages import Failed, failed, plain_event


class UnreadableError(FormatError):
    """Cannot be rebuilt."""

    def __reduce__(self) -> tuple[object, ...]:
        return (_refuse, ())


def _refuse() -> None:
    raise RuntimeError("not here")


def test_an_error_comes_home_as_what_it_was() -> None:
    sent = FormatError("three columns", where=Location("de.tsv", 3), remedy="cut one")
    came = pickle.loads(pickle.dumps(failed(sent, "train"))).error()
    assert (type(came), vars(came)) == (FormatError, vars(sent))


def test_an_error_that_cannot_be_packed_comes_home_in_words() -> None:
    sent = FormatError("three columns", remedy="cut one")
    sent.lock = threading.Lock()  # type: ignore[attr-defined]
    came = failed(sent, "train").error()
    assert isinstance(came, StageError)
    assert (str(came), came.stage, came.cause_type) == ("three columns\n  → cut one", "train", "FormatError")


def test_an_error_that_cannot_be_rebuilt_comes_home_in_words() -> None:
    came = failed(UnreadableError("three columns"), "train").error()
    assert isinstance(came, StageError)
    assert (came.what, came.cause_type) == ("three columns", "UnreadableError")


def test_what_is_no_error_of_ours_comes_home_in_words() -> None:
    fallback = StageError("in words", stage="train")
    assert Failed(pickle.dumps("text"), fallback).error() is fallback


def test_figures_become_plain_floats() -> None:
    event = plain_event(Progress("k", "toy", 1, 2, "steps", {"loss": Decimal("0.5")}))  # type: ignore[dict-item]
    assert isinstance(event, Progress)
    assert type(event.values["loss"]) is float
    started = StageEvent("started", "k", "toy", "toy a")
    assert plain_event(started) is started
