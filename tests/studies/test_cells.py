"""A config to its cells, and dev scores to a choice of settings."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.studies.cells import Cell, choose, final_cells, in_order, later_cells, longest_trained, tuning_cells
from sprachbund.studies.sweep_config import SweepConfig, SweepTask, TuningConfig

GRID = {"training.head_learning_rate": (0.001, 0.005), "training.epochs": (1.0, 3.0)}


def config(tasks: int = 2, layers: int = 2, seeds: tuple[int, ...] = (1, 2), **more: Any) -> SweepConfig:
    fusions = [fusion_config({"type": "last_layer"}),
               *(fusion_config({"type": "dlfa", "layer": layer + 1}) for layer in range(layers))]
    return SweepConfig(
        name="s", tasks=tuple(SweepTask.model_validate({"name": f"t{n}", "data": "tags"}) for n in range(tasks)),
        aggregators=tuple(fusions), seeds=seeds, **more,
    )


@given(tasks=st.integers(1, 3), layers=st.integers(0, 4), seeds=st.sets(st.integers(0, 9), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_every_system_meets_every_task_and_seed_once(tasks: int, layers: int, seeds: set[int]) -> None:
    chosen = config(tasks, layers, tuple(seeds))
    cells = final_cells(chosen, choose(chosen, {}))
    found = {(cell.task.label, cell.system, cell.seed) for cell in cells}
    assert len(found) == len(cells) == tasks * (layers + 1) * len(seeds)
    assert tuning_cells(chosen, {}) == ()
    per_seed = len(cells) // len(seeds)
    for number in range(len(seeds)):  # a seed is whole before the next one begins
        assert len({cell.seed for cell in cells[number * per_seed: (number + 1) * per_seed]}) == 1


def test_every_system_is_tried_with_the_same_settings() -> None:
    tuned = config(tuning=TuningConfig(grid=GRID, seeds=(7,)))
    cells = tuning_cells(tuned, {})
    tried: dict[tuple[str, str], list[Any]] = {}
    for cell in cells:
        tried.setdefault((cell.task.label, cell.system), []).append((cell.point, cell.seed))
    assert len(tried) == 2 * 3
    assert len({str(points) for points in tried.values()}) == 1
    assert all(cell.tuning for cell in cells)


def test_the_layers_of_an_aggregator_can_share_the_settings_of_the_middle_one() -> None:
    tuned = config(1, 3, tuning=TuningConfig(grid=GRID, by="aggregator"))
    cells = tuning_cells(tuned, {})
    assert {cell.system for cell in cells} == {"last layer", "DLFA (k=2, literal)"}
    points = tuned.tuning.points({})[0]  # type: ignore[union-attr]
    dev = {cell: 90.0 + (cell.point == points[2 if cell.system == "last layer" else 1]) for cell in cells}
    assert choose(tuned, dev) == {("t0", "last layer"): points[2],
                                  **{("t0", f"DLFA (k={k}, literal)"): points[1] for k in (1, 2, 3)}}
    assert len(final_cells(tuned, choose(tuned, dev))) == 4 * 2
    part = {cell: score for cell, score in dev.items() if cell.system == "last layer"}
    assert {system for _, system in choose(tuned, part)} == {"last layer"}


def test_the_baseline_then_controls_then_the_rest() -> None:
    named = [fusion_config({"type": kind, **options}) for kind, options in (
        ("last_layer", {}), ("dlfa", {"layer": 3}), ("bottleneck", {}), ("average", {}), ("refined_last", {}))]
    assert [fusion.type for fusion in in_order(tuple(named))] == [
        "last_layer", "bottleneck", "refined_last", "dlfa", "average",
    ]


def test_the_best_mean_over_the_tuning_seeds_wins() -> None:
    tuned = config(1, 0, tuning=TuningConfig(grid=GRID, seeds=(1, 2)))
    points = tuned.tuning.points({})[0]  # type: ignore[union-attr]
    by_point = dict(zip(points, ((90, 70), (80, 82), (85, 70), (79, 82)), strict=True))
    dev = {cell: float(by_point[cell.point][cell.seed - 1]) for cell in tuning_cells(tuned, {})}
    assert choose(tuned, dev) == {("t0", "last layer"): points[1]}


def test_of_equals_the_first_wins() -> None:
    tuned = config(1, 0, tuning=TuningConfig(grid=GRID))
    points = tuned.tuning.points({})[0]  # type: ignore[union-attr]
    assert points[0] == (("training.head_learning_rate", 0.001), ("training.epochs", 1.0))
    assert choose(tuned, dict.fromkeys(tuning_cells(tuned, {}), 50.0)) == {("t0", "last layer"): points[0]}


def test_settings_tried_in_turn_keep_the_best_of_those_before() -> None:
    grid = {"training.head_learning_rate": (0.001, 0.005, 0.02), "head_normalisation": ("none", "layer"),
            "training.epochs": (1.0, 3.0)}
    tuned = config(1, 0, tuning=TuningConfig(grid=grid, search="coordinate"))
    dev: dict[Cell, float] = {}
    steps, ahead = [], []
    while new := [cell for cell in tuning_cells(tuned, dev) if (cell.point, cell.seed) not in
                  {(done.point, done.seed) for done in dev}]:
        assert choose(tuned, dev) == {}
        steps.append([cell.settings for cell in new])
        ahead.append(len(tuning_cells(tuned, dev, ahead=True)))
        dev |= {cell: {0.001: 80.0, 0.005: 82.0, 0.02: 81.0}[cell.config.training.head_learning_rate]
                - (cell.config.head_normalisation == "layer") + (cell.config.training.epochs == 3) for cell in new}
    assert steps == [["", "head learning rate 0.005", "head learning rate 0.02"],
                     ["head learning rate 0.005, head normalisation layer"], ["head learning rate 0.005, epochs 3"]]
    assert ahead == [5, 5, 5]
    assert choose(tuned, dev) == {("t0", "last layer"): (
        ("training.head_learning_rate", 0.005), ("head_normalisation", "none"), ("training.epochs", 3.0))}
    assert later_cells(tuned, choose(tuned, dev), dev) == ()


@given(data=st.data())
def test_a_search_in_turn_never_loses_to_its_first_point(data: st.DataObject) -> None:
    tuning = TuningConfig(grid={"training.epochs": (1.0, 2.0, 3.0), **GRID}, search="coordinate")
    scores: dict[Any, float] = {}
    whole = False
    while not whole:
        points, whole = tuning.points(scores)
        assert len(set(points)) == len(points) <= len(tuning.points(scores, ahead=True)[0])
        scores |= {point: data.draw(st.sampled_from((50.0, 60.0, 70.0))) for point in points if point not in scores}
        whole = whole and set(points) <= set(scores)
    assert max(scores.values()) >= scores[points[0]]
    assert tuning.points(scores, ahead=True) == tuning.points(scores)


def test_the_learning_rate_of_a_fusion_that_learns_nothing_is_not_tried() -> None:
    grid = {"training.fusion_learning_rate": (None, 0.001), "training.epochs": (1.0, 3.0)}
    for search, counts in (("grid", (2, 4)), ("coordinate", (2, 3))):
        tuned = config(1, 1, tuning=TuningConfig.model_validate({"grid": grid, "search": search}))
        cells = tuning_cells(tuned, {}, ahead=True)
        assert tuple(sum(cell.system == system for cell in cells) for system in tuned.systems) == counts
        dev: dict[Cell, float] = {}
        while len(known := tuning_cells(tuned, dev)) > len(dev):
            dev = {cell: float(cell.config.training.fusion_learning_rate == 0.001) for cell in known}
        choice = choose(tuned, dev)
        assert dict(choice["t0", "last layer"])["training.fusion_learning_rate"] is None
        assert dict(choice["t0", "DLFA (k=1, literal)"])["training.fusion_learning_rate"] == 0.001


def test_systems_for_which_the_most_epochs_were_best_are_named() -> None:
    tuned = config(1, 2, tuning=TuningConfig(grid=GRID, by="aggregator"))
    dev = {cell: cell.config.training.epochs * (cell.system == "last layer") for cell in tuning_cells(tuned, {})}
    assert longest_trained(tuned, choose(tuned, dev)) == {"t0": ("last layer",)}
    assert longest_trained(tuned, {}) == {}
    assert longest_trained(config(), {}) == {}


def test_a_system_that_lacks_a_score_waits() -> None:
    tuned = config(tuning=TuningConfig(grid=GRID))
    cells = tuning_cells(tuned, {})
    choice = choose(tuned, dict.fromkeys(cells[1:], 50.0))
    assert ("t0", "last layer") not in choice
    assert len(choice) == 2 * 3 - 1
    untuned = later_cells(tuned, choice, dict.fromkeys(cells[1:], 50.0))
    assert [(cell.task.label, cell.system, cell.seed) for cell in untuned] == [
        ("t0", "last layer", 1), ("t0", "last layer", 2)]
    assert len(final_cells(tuned, choice)) == 2 * 3 * 2 - 2


def test_cells_are_called_by_what_differs_from_their_task() -> None:
    tuned = config(1, 0, tuning=TuningConfig(grid=GRID))
    assert [cell.label for cell in tuning_cells(tuned, {})] == [
        "t0: last layer, seed 1",
        "t0: last layer, epochs 3, seed 1",
        "t0: last layer, head learning rate 0.005, seed 1",
        "t0: last layer, head learning rate 0.005, epochs 3, seed 1",
    ]
    last = tuning_cells(tuned, {})[-1].config.training
    assert (last.head_learning_rate, last.epochs) == (0.005, 3.0)
