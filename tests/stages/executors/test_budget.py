"""Who may start, with how many cores."""

from __future__ import annotations

from pathlib import Path

import pytest
import toy_stages as toys

from sprachbund.stages.assignment import Assignment, assign
from sprachbund.stages.executors.budget import Budget
from sprachbund.stages.keys import Keys
from sprachbund.stages.stage import Resources

LIGHT = Resources(cpus=1, memory_gib=1)
TRAINING = Resources(cpus=1, memory_gib=3, elastic=True)
ON_GPU = Resources(cpus=1, memory_gib=3, elastic=True, gpu=True)


def assigned(resources: Resources, name: str = "a") -> Assignment:
    return assign(toys.stage(Path("here"), name=name, resources=resources), Keys())


def sweep(count: int, resources: Resources = TRAINING) -> list[Assignment]:
    return [assigned(resources, str(number)) for number in range(count)]


def cores(budget: Budget, stages: list[Assignment], running: list[Assignment] | None = None) -> list[float]:
    """Admit stages one after another, as an executor does; return the cores of each that may start."""
    at_work, waiting = list(running or []), list(stages)
    admitted = []
    for stage in stages:
        one = budget.admit(stage, waiting, at_work)
        if one is not None:
            waiting.remove(stage)
            at_work.append(one)
            admitted.append(one.resources.cpus)
    return admitted


@pytest.mark.parametrize(("budget", "wanted", "running", "fits"), [
    (Budget(4, 8), Resources(2, 1), [Resources(2, 1)], True),
    (Budget(4, 8), Resources(3, 1), [Resources(2, 1)], False),
    (Budget(4, 8), Resources(1, 5), [Resources(1, 4)], False),
    (Budget(4, None), Resources(1, 5), [Resources(1, 400)], True),
    (Budget(4, 8), Resources(64, 500), [], True),
    (Budget(4, 8, workers=1), Resources(1, 1), [Resources(1, 1)], False),
    (Budget(4, 8), Resources(1, 1, gpu=True), [Resources(1, 1, gpu=True)], False),
    (Budget(4, 8), Resources(1, 1), [Resources(1, 1, gpu=True)], True),
])
def test_cores_memory_workers_and_the_gpu_bound_what_runs_at_once(
    budget: Budget, wanted: Resources, running: list[Resources], fits: bool
) -> None:
    candidate = assigned(wanted)
    admitted = budget.admit(candidate, [candidate], [assigned(one) for one in running])
    assert admitted == (candidate if fits else None)


@pytest.mark.parametrize(("budget", "count", "expected"), [
    (Budget(2, 24), 1, [2]),
    (Budget(2, 24), 2, [1, 1]),
    (Budget(2, 24), 5, [1, 1]),
    (Budget(16, 64), 1, [16]),
    (Budget(16, 64), 3, [5, 5, 5]),
    (Budget(16, 64), 40, [1] * 16),
    (Budget(16, 10), 40, [5, 5, 5]),  # memory for three
    (Budget(16, 2), 40, [16]),  # memory for none: one at a time
    (Budget(16, 64, workers=2), 40, [8, 8]),
    (Budget(1, 64), 3, [1]),
])
def test_elastic_stages_share_the_cores_evenly(budget: Budget, count: int, expected: list[float]) -> None:
    assert cores(budget, sweep(count)) == expected


def test_on_a_gpu_one_training_at_a_time_has_all_cores() -> None:
    assert cores(Budget(8, 64), sweep(4, ON_GPU)) == [8]


def test_an_elastic_stage_waits_for_its_share_and_does_not_start_on_the_rest() -> None:
    """What it starts with it keeps to the end, and the short stage is done in a moment."""
    (training,) = sweep(1)
    assert cores(Budget(2, 24), [training], running=[assigned(LIGHT)]) == []
    assert cores(Budget(2, 24), sweep(2), running=[assigned(LIGHT)]) == [1]


def test_an_elastic_stage_beside_a_running_one_takes_what_is_left() -> None:
    (first, second, third) = sweep(3)
    assert cores(Budget(2, 24), [third], running=[first.with_cpus(1)]) == [1]
    assert cores(Budget(2, 24), [second], running=[first.with_cpus(2)]) == []


def test_the_fewest_cores_are_kept() -> None:
    assert cores(Budget(4, 64), sweep(4, Resources(cpus=2, elastic=True))) == [2, 2]


def test_cores_as_threads() -> None:
    assert [assigned(Resources(cpus=cpus)).cpus for cpus in (0.25, 1, 2.0)] == [1, 1, 2]
