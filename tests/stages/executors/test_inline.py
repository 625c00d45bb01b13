"""In this process, one after another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import toy_stages as toys

from sprachbund.stages.environment import usable_cpus
from sprachbund.stages.events import Event, Progress
from sprachbund.stages.executors.inline import InlineExecutor
from sprachbund.stages.run import run_stages
from sprachbund.stages.stage import Resources
from sprachbund.stages.store import Store


def test_stages_run_here_one_after_another(store: Store, tmp_path: Path) -> None:
    targets = [toys.stage(tmp_path, name=name) for name in "cab"]
    run_stages(targets, store, InlineExecutor())
    assert toys.executions(tmp_path) == ["c", "a", "b"]
    assert set(toys.processes(tmp_path)) == {os.getpid()}


def test_variables_that_are_missing_are_named_once_and_not_set(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_SET", "7")
    wanted = Resources(environment={"TOY_CACHE": "16", "TOY_SET": "16"})
    events: list[Event] = []
    targets = [toys.stage(tmp_path, name=name, resources=wanted) for name in "ab"]
    run_stages(targets, store, InlineExecutor(), events.append)
    notes = [event.note for event in events if isinstance(event, Progress)]
    assert notes == ["set before Python starts, these bound its memory or threads: TOY_CACHE=16"]
    assert "TOY_CACHE" not in os.environ


def test_an_elastic_stage_has_all_cores_and_others_what_they_ask_for(store: Store, tmp_path: Path) -> None:
    targets = [toys.stage(tmp_path, "cores", name=str(number), resources=resources)
               for number, resources in enumerate((Resources(elastic=True), Resources(cpus=1), Resources(cpus=3)))]
    outputs = run_stages(targets, store, InlineExecutor()).outputs
    assert [int((output / "text.txt").read_text()) for output in outputs] == [usable_cpus(), 1, 3]
