"""When stages go to child processes."""

from __future__ import annotations

from pathlib import Path

import pytest
import toy_stages as toys

from sprachbund.stages.assignment import Assignment
from sprachbund.stages.executors.automatic import AutomaticExecutor
from sprachbund.stages.executors.budget import Budget
from sprachbund.stages.graph import build_graph, plan_work
from sprachbund.stages.stage import Resources, Stage

TWO_CORES = Budget(2, 24)


@pytest.fixture(autouse=True)
def _limit_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_CACHE", "16")


def sweep(count: int, *, trained: bool = False, **resources: object) -> list[Assignment]:
    """Prepare, then train, predict and score for each system."""
    heavy = Resources(environment={"TOY_CACHE": "16"}, **{"elastic": True, "memory_gib": 3, **resources})  # type: ignore[arg-type]
    data = toys.stage(Path("here"), kind="prepare")
    scores: list[Stage] = []
    stored = set()
    for number in range(count):
        name = str(number)
        model = toys.stage(Path("here"), name=name, kind="train", inputs={"data": data}, resources=heavy)
        predicted = toys.stage(Path("here"), name=name, kind="predict", inputs={"model": model}, resources=heavy)
        scores.append(toys.stage(Path("here"), name=name, kind="score", inputs={"predictions": predicted}))
        stored.update({"train"} if trained else ())
    graph = build_graph(scores)
    return list(plan_work(graph, lambda key: graph.assignments[key].kind in stored).runs)


def chosen(waiting: list[Assignment], budget: Budget = TWO_CORES) -> bool:
    return AutomaticExecutor().choose(waiting, budget).in_children


def test_one_training_stays_here_and_several_go_to_processes() -> None:
    assert not chosen([])
    assert not chosen(sweep(1))  # its prediction comes after it, not beside it
    assert chosen(sweep(2))
    assert chosen(sweep(2, trained=True))
    assert chosen(sweep(2, elastic=False, cpus=1))


@pytest.mark.parametrize("budget", [Budget(1, 24), Budget(2, 5), Budget(2, 24, workers=1)])
def test_where_two_do_not_fit_they_stay_here(budget: Budget) -> None:
    assert not chosen(sweep(4), budget)


def test_trainings_on_one_gpu_or_on_all_cores_stay_here() -> None:
    assert not chosen(sweep(4, gpu=True))
    assert not chosen(sweep(4, elastic=False, cpus=2))


def test_a_missing_variable_needs_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOY_CACHE")
    assert chosen(sweep(1))
