"""Equal keys fall together; what nobody needs is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import toy_stages as toys
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.errors import StageError
from sprachbund.stages.graph import build_graph, plan_work
from sprachbund.stages.keys import stage_key
from sprachbund.stages.stage import Stage

HERE = Path("here")


def chain() -> tuple[Stage, Stage, Stage]:
    prepare = toys.stage(HERE, name="prepare")
    train = toys.stage(HERE, name="train", inputs={"data": prepare})
    return prepare, train, toys.stage(HERE, name="score", inputs={"model": train, "data": prepare})


def labels(assignments: object) -> list[str]:
    return [assignment.config["name"] for assignment in assignments]  # type: ignore[attr-defined]


def test_inputs_come_first_in_the_order_in_which_they_are_named() -> None:
    _, train, score = chain()
    other = toys.stage(HERE, name="other")
    graph = build_graph([score, other, train])
    assert labels(graph.assignments.values()) == ["prepare", "train", "score", "other"]
    assert [graph.assignments[key].config["name"] for key in graph.targets] == ["score", "other", "train"]


def test_equal_keys_fall_together_and_the_first_label_counts() -> None:
    one = toys.stage(HERE, label="one", settings={"at": "x"})
    two = toys.stage(HERE, label="two", settings={"at": "y"})
    graph = build_graph([one, two, toys.stage(HERE, name="b", inputs={"from": two})])
    assert [assignment.label for assignment in graph.assignments.values()] == ["one", "toy b"]
    assert graph.targets[0] == graph.targets[1]


def test_a_plan_stops_at_what_is_stored() -> None:
    *_, score = chain()
    graph = build_graph([score])
    keys = {assignment.config["name"]: key for key, assignment in graph.assignments.items()}
    everything = plan_work(graph, lambda key: False)
    assert (labels(everything.hits), labels(everything.runs)) == ([], ["prepare", "train", "score"])
    scored = plan_work(graph, lambda key: key == keys["score"])
    assert (labels(scored.hits), labels(scored.runs)) == (["score"], [])
    trained = plan_work(graph, lambda key: key == keys["train"])
    assert (labels(trained.hits), labels(trained.runs)) == (["train"], ["prepare", "score"])


def test_each_stage_is_asked_for_once_and_only_if_needed() -> None:
    _, train, score = chain()
    graph = build_graph([score, train])
    asked: list[str] = []

    def is_stored(key: str) -> bool:
        asked.append(str(graph.assignments[key].config["name"]))
        return key in graph.targets

    plan_work(graph, is_stored)
    assert sorted(asked) == ["score", "train"]


@given(st.lists(st.sets(st.integers(0, 8)), min_size=1, max_size=8), st.sets(st.integers(0, 7)))
def test_whatever_runs_comes_after_its_inputs_and_finds_them(edges: list[set[int]], stored: set[int]) -> None:
    stages: list[Stage] = []
    for number, below in enumerate(edges):
        inputs = {str(one): stages[one] for one in below if one < number}
        stages.append(toys.stage(HERE, name=str(number), inputs=inputs))
    graph = build_graph(stages[-1:])
    plan = plan_work(graph, lambda key: int(str(graph.assignments[key].config["name"])) in stored)
    there = {one.key for one in plan.hits}
    for assignment in plan.runs:
        assert set(assignment.inputs.values()) <= there
        there.add(assignment.key)
    assert set(graph.targets) <= there


def test_long_chains_and_rings() -> None:
    ring: dict[str, Stage] = {}
    ring["from"] = toys.stage(HERE, name="a", inputs=ring)
    with pytest.raises(StageError, match="in a ring: toy a → toy a"):
        build_graph([ring["from"]])
    assert build_graph([]).targets == ()


def test_a_stage_waits_for_what_must_be_done_first_and_reads_nothing_of_it() -> None:
    prepare, train, _ = chain()
    check = toys.stage(HERE, name="check", inputs={"data": prepare})
    patient = replace(train, after=(check,))
    assert stage_key(patient) == stage_key(train)
    graph = build_graph([patient])
    assert labels(graph.assignments.values()) == ["prepare", "check", "train"]
    assert labels(plan_work(graph, lambda key: False).runs) == ["prepare", "check", "train"]
    assert labels(plan_work(graph, lambda key: key == stage_key(check)).runs) == ["prepare", "train"]
    assert plan_work(graph, lambda key: key == stage_key(train)).runs == ()  # of a stored stage nothing is asked


def test_a_stage_that_waits_for_itself_is_refused() -> None:
    first = toys.stage(HERE, name="first")
    second = replace(toys.stage(HERE, name="second"), after=(first,))
    object.__setattr__(first, "after", (second,))
    with pytest.raises(StageError, match="the stage 'toy first' has to wait for itself"):
        build_graph([first])
