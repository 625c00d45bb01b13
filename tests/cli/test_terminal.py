"""Events as lines."""

from __future__ import annotations

from io import StringIO

import pytest

from sprachbund.cli import terminal
from sprachbund.cli.terminal import Display, console
from sprachbund.stages.events import Event, Progress, StageEvent


def shown(*events: Event) -> str:
    out = StringIO()
    display = Display(console(out))
    with display.live() as emit:
        for event in events:
            emit(event)
    return out.getvalue()


def test_a_finished_training_tells_its_time_and_its_threads() -> None:
    finished = StageEvent("finished", "k", "train", "train dlfa, seed 1", 75.0, cpus=2)
    assert shown(finished) == "  done    train dlfa, seed 1 (1 min 15 s, 2 threads)\n"


def test_progress_tells_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "PLAIN_SECONDS", 0.0)
    lines = shown(
        StageEvent("started", "k", "train", "train dlfa, seed 1", cpus=1),
        Progress("k", "train dlfa, seed 1", 3, 10, "steps", {"loss": 0.5, "seconds left": 7.0}),
    )
    assert lines == "          train dlfa, seed 1: 3/10 steps on 1 thread, 7.0 s left  loss 0.500\n"


def test_notes_are_told_and_short_stages_are_not() -> None:
    lines = shown(
        StageEvent("finished", "k", "prepare", "prepare tags de test", 0.1, cpus=1),
        StageEvent("hit", "l", "train", "train last layer, seed 1"),
        Progress("l", "train last layer, seed 1", 0, 0, "", note="[no] markup"),
    )
    assert lines == (
        "  stored  train last layer, seed 1\n"
        "  note    train last layer, seed 1: [no] markup\n"
    )
