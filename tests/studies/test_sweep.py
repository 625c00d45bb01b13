"""A sweep is run cell by cell: each once, in an order that can be compared early, and goes on from rows alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sprachbund.core.errors import Interrupted
from sprachbund.results.records import read_rows
from sprachbund.stages.store import Store
from sprachbund.studies.sweep import Limits, SweepObserver

SYSTEMS, TASKS, SEEDS = 4, 2, 2
CELLS = SYSTEMS * TASKS * SEEDS
TUNING = {"grid": {"training.head_learning_rate": [1e-3, 5e-3]}}


def test_each_cell_is_computed_once(world: Any, made_up: Any) -> None:
    executor = made_up()
    swept = world.run(executor)
    assert executor.kinds["train"] == CELLS
    assert executor.kinds["score"] == executor.kinds["predict"] == 2 * CELLS
    assert (swept.computed, len(swept.done), swept.missing, swept.failure) == (CELLS, CELLS, (), None)
    again = made_up()
    assert world.run(again).computed == 0
    assert not again.kinds


def test_seed_by_seed_the_baseline_and_the_controls_first(world: Any, made_up: Any) -> None:
    executor = made_up()
    world.run(executor)
    assert [label.removeprefix("train ") for label in executor.order[:5]] == [
        "POS: last layer, seed 1", "POS: refined last layer, seed 1", "POS: DLFA (k=1, literal), seed 1",
        "POS: DLFA (k=3, literal), seed 1", "short: last layer, seed 1",
    ]
    assert all("seed 1" in label for label in executor.order[: CELLS // 2])


def test_rows_lie_there_as_soon_as_a_cell_is_done(world: Any, made_up: Any) -> None:
    class Watch(SweepObserver):
        def __init__(self) -> None:
            self.files: list[int] = []

        def scored(self, planned: Any, score: Any, *, stored: bool) -> None:
            self.files.append(len(list((world.folder / "out" / "rows").glob("[!.]*.parquet"))))

    watch = Watch()
    world.run(made_up(), observer=watch)
    assert watch.files == list(range(1, CELLS + 1))


def test_rows_say_what_the_sweep_knows(world: Any, made_up: Any) -> None:
    swept = world.run(made_up())
    rows = [row for row in swept.rows(world.rows()) if row.stage in swept.done[2].scores]
    assert {(row.run, row.aggregator, row.settings, row.remark) for row in rows} == {
        ("POS", "DLFA (literal)", "", "made up")
    }
    assert {(row.split, row.target) for row in rows} == {("dev", "en"), ("test", "en"), ("test", "de"), ("test", "fr")}


def test_an_empty_store_and_half_of_the_rows_are_enough_to_go_on(world: Any, made_up: Any) -> None:
    world.run(made_up(), limits=Limits(cells=5))
    world.store = Store(world.folder / "another store")
    executor = made_up()
    swept = world.run(executor)
    assert executor.kinds["train"] == CELLS - 5
    assert len(swept.done) == CELLS


def test_rows_elsewhere_count_too(world: Any, made_up: Any, tmp_path: Path) -> None:
    world.run(made_up())
    (world.folder / "out").rename(tmp_path / "moved")
    folder = world.rows(tmp_path / "moved")
    assert len(folder.files) == CELLS
    world.rows = lambda: folder
    assert world.run(made_up()).computed == 0


def test_scores_in_the_store_without_rows_train_nothing(world: Any, made_up: Any) -> None:
    world.run(made_up())
    for path in (world.folder / "out" / "rows").iterdir():
        path.unlink()
    executor = made_up()
    assert world.run(executor).computed == CELLS
    assert not executor.kinds


def test_tuning_trains_no_model_twice_and_never_looks_at_test(world: Any, made_up: Any) -> None:
    def points(label: str) -> float:  # the second setting is better on dev for DLFA alone, and on test for all others
        tuned = "head learning rate 0.005" in label
        return 0.9 if tuned == ("DLFA" in label if "dev" in label else "DLFA" not in label) else 0.4

    executor = made_up(points)
    swept = world.run(executor, world.plan(tuning=TUNING))
    per_task = SYSTEMS * 2 + SYSTEMS  # both settings with seed 1; the chosen one of seed 1 is there, seed 2 is new
    assert executor.kinds["train"] == TASKS * per_task
    assert {system for (_, system), point in swept.choice.items() if dict(point) == {
        "training.head_learning_rate": 5e-3}} == {"DLFA (k=1, literal)", "DLFA (k=3, literal)"}
    tested = {(row.system, row.settings) for row in swept.rows(world.rows()) if row.split == "test"}
    assert ("DLFA (k=1, literal)", "head learning rate 0.005") in tested
    assert ("last layer", "") in tested
    assert len(tested) == SYSTEMS


def test_settings_are_tried_in_turn_and_go_on_from_rows(world: Any, made_up: Any) -> None:
    """The second head rate is better, then more epochs are: three trainings a system instead of four."""
    grid = {"training.head_learning_rate": [1e-3, 5e-3], "training.epochs": [1, 2]}
    plan = world.plan(tuning={"grid": grid, "search": "coordinate", "seeds": [1]})

    def points(label: str) -> float:
        return 0.4 + 0.2 * ("head learning rate 0.005" in label) + 0.2 * ("epochs 2" in label)

    first = world.run(made_up(points), plan, limits=Limits(cells=2 * SYSTEMS * TASKS))
    assert first.choice == {}
    assert len(first.missing) == SYSTEMS * TASKS + CELLS
    executor = made_up(points)
    swept = world.run(executor, plan)
    assert swept.missing == ()
    assert {tuple(point.values()) for point in map(dict, swept.choice.values())} == {(5e-3, 2.0)}
    assert executor.kinds["train"] == SYSTEMS * TASKS * 2, "the last step; seed 1 of the chosen is there, seed 2 is new"
    assert world.run(made_up(points), plan).computed == 0


def test_of_tied_settings_the_first_is_taken(world: Any, made_up: Any) -> None:
    swept = world.run(made_up(), world.plan(tuning=TUNING))
    assert {dict(point)["training.head_learning_rate"] for point in swept.choice.values()} == {1e-3}


def test_tuning_goes_on_from_rows_alone(world: Any, made_up: Any) -> None:
    plan = world.plan(tuning=TUNING)
    first = world.run(made_up(), plan, limits=Limits(cells=7))
    assert len(first.missing) == 2 * SYSTEMS * TASKS - 7 + CELLS
    world.store = Store(world.folder / "another store")
    executor = made_up()
    swept = world.run(executor, plan)
    assert swept.missing == ()
    gone = 3 + 1  # systems tuned before, and one whose first setting was: their models of seed 1 are in no store
    assert executor.kinds["train"] == 2 * SYSTEMS * TASKS - 7 + SYSTEMS * TASKS + gone


def test_models_go_once_nothing_needs_them(world: Any, made_up: Any) -> None:
    plan = world.plan(tuning=TUNING)
    world.run(made_up(), plan, limits=Limits(cells=2 * SYSTEMS * TASKS))
    assert len(list((world.store.root / "train").iterdir())) == SYSTEMS * TASKS, "the best of each system"
    world.run(made_up(), plan)
    assert not list((world.store.root / "train").iterdir())


def test_models_stay_where_that_is_asked(world: Any, made_up: Any) -> None:
    world.run(made_up(), keep_models=True)
    assert len(list((world.store.root / "train").iterdir())) == CELLS


def test_a_failed_training_stops_its_own_cells_alone(world: Any, made_up: Any) -> None:
    swept = world.run(made_up(fails=lambda label: label == "train POS: DLFA (k=1, literal), seed 2"))
    assert [cell.label for cell in swept.missing] == ["POS: DLFA (k=1, literal), seed 2"]
    assert "train POS: DLFA (k=1, literal), seed 2 fails" in str(swept.failure)
    assert len(swept.done) == CELLS - 1


def test_a_system_whose_tuning_failed_waits_and_the_others_go_on(world: Any, made_up: Any) -> None:
    plan = world.plan(tuning=TUNING)
    bad = "train POS: last layer, head learning rate 0.005, seed 1"
    swept = world.run(made_up(fails=lambda label: label == bad), plan)
    assert [cell.label for cell in swept.missing] == [
        "POS: last layer, head learning rate 0.005, seed 1", "POS: last layer, seed 1", "POS: last layer, seed 2",
    ]
    assert ("POS", "last layer") not in swept.choice


def test_no_cell_is_begun_when_the_time_is_over(world: Any, made_up: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.run(made_up(), limits=Limits(seconds=0)).computed == 0
    executor = made_up()
    monkeypatch.setattr("sprachbund.studies.sweep.time.monotonic", lambda: 10.0 * len(executor.order))
    swept = world.run(executor, limits=Limits(seconds=25))
    assert executor.kinds["train"] == swept.computed == 3, "what was begun is brought to its end"
    assert len(swept.missing) == CELLS - 3


def test_ctrl_c_says_how_to_go_on(world: Any, made_up: Any) -> None:
    class Stopped(made_up):  # type: ignore[misc]
        def execute(self, schedule: Any, store: Any, emit: Any) -> None:
            while len(self.order) < 4:
                one = schedule.ready()[0]
                schedule.start(one)
                self._perform(one, schedule, store, emit)
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        world.run(Stopped())
    assert "cells done; their rows are in" in str(caught.value)
    assert f"of {CELLS} cells" in str(caught.value)
    assert "run the same command again: it computes only what is missing" in str(caught.value)
    assert world.run(made_up()).missing == ()


def test_gates_are_kept_beside_rows(world: Any, made_up: Any) -> None:
    class Gated(made_up):  # type: ignore[misc]
        def _perform(self, one: Any, schedule: Any, store: Any, emit: Any) -> None:
            super()._perform(one, schedule, store, emit)
            if one.kind == "predict":
                (store.folder(one.key) / "gates.parquet").write_bytes(b"gates")

    world.run(Gated(), limits=Limits(cells=1))
    (rows,) = (world.folder / "out" / "rows").iterdir()
    assert (world.folder / "out" / "gates" / rows.name).read_bytes() == b"gates"


def test_row_files_of_another_sweep_are_left_alone(world: Any, made_up: Any) -> None:
    world.run(made_up(), limits=Limits(cells=1))
    (old,) = (world.folder / "out" / "rows").iterdir()
    changed = world.plan(common={**world.values["common"], "training": {"epochs": 2}})
    swept = world.run(made_up(), changed)
    keys = {key for planned in swept.done for key in planned.scores}
    assert world.rows().of_other_keys(keys) == [old.absolute()]
    assert read_rows(old)
