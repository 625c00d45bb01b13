"""Which stage may start now."""

from __future__ import annotations

from pathlib import Path

import pytest
import toy_stages as toys

from sprachbund.core.errors import StageError
from sprachbund.stages.assignment import Assignment
from sprachbund.stages.executors.schedule import Schedule
from sprachbund.stages.graph import build_graph, plan_work
from sprachbund.stages.perform import Outcome
from sprachbund.stages.stage import Resources


@pytest.fixture
def runs() -> dict[str, Assignment]:
    first = toys.stage(Path("here"), name="first")
    second = toys.stage(Path("here"), name="second", inputs={"from": first})
    other = toys.stage(Path("here"), name="other")
    plan = plan_work(build_graph([second, other]), lambda key: False)
    return {str(one.config["name"]): one for one in plan.runs}


def names(schedule: Schedule) -> list[object]:
    return [one.config["name"] for one in schedule.ready()]


def test_a_stage_is_ready_when_its_inputs_are_done(runs: dict[str, Assignment]) -> None:
    schedule = Schedule(list(runs.values()))
    assert names(schedule) == ["first", "other"]
    schedule.start(runs["first"])
    assert names(schedule) == ["other"]
    schedule.finish(Outcome(runs["first"].key, executed=True))
    assert names(schedule) == ["second", "other"]


def test_inputs_that_are_stored_are_not_waited_for(runs: dict[str, Assignment]) -> None:
    assert names(Schedule([runs["second"]])) == ["second"]


@pytest.mark.parametrize(("keep_going", "ready"), [(False, []), (True, ["other"])])
def test_after_a_failure_nothing_or_only_the_unconcerned_starts(
    runs: dict[str, Assignment], keep_going: bool, ready: list[str]
) -> None:
    schedule = Schedule(list(runs.values()), keep_going=keep_going)
    schedule.start(runs["first"])
    error = StageError("failed", stage="first")
    schedule.fail(error)
    assert names(schedule) == ready
    assert schedule.errors == [error]


def test_long_stages_come_after_the_short_ones_that_may_find_a_fault() -> None:
    elastic = Resources(elastic=True)
    training = toys.stage(Path("here"), name="training", resources=elastic)
    plan = plan_work(build_graph([training, toys.stage(Path("here"), name="German")]), lambda key: False)
    schedule = Schedule(plan.runs)
    assert names(schedule) == ["German", "training"]
    assert [one.config["name"] for one in schedule.waiting] == ["training", "German"]


def test_what_may_not_start_waits(runs: dict[str, Assignment]) -> None:
    allowed = {runs["other"].key}
    schedule = Schedule(list(runs.values()), may_start=allowed.__contains__)
    assert names(schedule) == ["other"]
    allowed.add(runs["first"].key)
    assert names(schedule) == ["first", "other"]
