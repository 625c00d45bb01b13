"""Models of a sweep are probed before they are let go, each once, and a finished probe is enough to go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sprachbund.core.errors import ConfigError, DataError, FormatError
from sprachbund.results.probe_files import read_probe, stage_of
from sprachbund.stages.store import Store
from sprachbund.studies.probes_folder import ProbesFolder
from sprachbund.studies.sweep import Limits
from sprachbund.studies.sweep_file import read_sweep, sweep_config
from sprachbund.studies.sweep_status import sweep_status
from sprachbund.studies.timings import TIMINGS, read_timings

CELLS = 2 * 2 * 2
DLFA = "DLFA (k=3, literal)"


@pytest.fixture
def world(world: Any) -> Any:
    """Two systems on two tasks with two seeds."""
    world.values["aggregators"] = ["last_layer", {"type": "dlfa", "layer": 3}]
    return world


def _files(world: Any) -> list[Path]:
    return sorted((world.folder / "out" / "probes").glob("[!.]*.json"))


def _trainings(world: Any) -> list[Path]:
    return list((world.store.root / "train").iterdir())


def test_every_model_is_probed_once_before_it_goes(world: Any, made_up: Any, probe: dict[str, Any]) -> None:
    plan, executor = world.plan(probe=probe), made_up()
    swept = world.run(executor, plan)
    assert (executor.kinds["train"], executor.kinds["probe"], executor.kinds["pairs"]) == (CELLS, CELLS, 2)
    assert (swept.computed, swept.missing, swept.failure) == (CELLS, (), None)
    assert _trainings(world) == []
    assert len(_files(world)) == CELLS
    (first,) = [path for path in _files(world) if path.name.startswith("pos-dlfa-k-3-literal-seed-1-")]
    planned = next(one for one in swept.done if one.cell.label == f"POS: {DLFA}, seed 1")
    assert stage_of(first) == planned.keys["probe"]
    found = read_probe(first)
    assert found.model("after").name == f"probe POS: {DLFA}, seed 1"
    assert found.settings["measures"] == "retrieval, pos, removal, gates"
    assert any(line.startswith("dependency depth") for line in found.not_tested)
    again = made_up()
    assert world.run(again, world.plan(probe=probe)).computed == 0
    assert not again.kinds


def test_probes_count_as_done_on_an_empty_store_and_elsewhere(
    world: Any, made_up: Any, probe: dict[str, Any], tmp_path: Path
) -> None:
    plan = world.plan(probe=probe)
    world.run(made_up(), plan, limits=Limits(cells=5))
    world.store = Store(world.folder / "another store")
    executor = made_up()
    world.run(executor, plan)
    assert executor.kinds["train"] == executor.kinds["probe"] == CELLS - 5
    moved = tmp_path / "moved"
    (world.folder / "out").rename(moved)
    rows_of = world.rows
    for place in (moved, moved / "rows"):
        folder = rows_of(place)
        assert len(ProbesFolder(folder).files) == CELLS
        world.rows = lambda folder=folder: folder
        executor = made_up()
        assert world.run(executor, plan).computed == 0
        assert not executor.kinds


def test_only_what_is_named_is_probed_and_no_key_of_a_score_changes(
    world: Any, made_up: Any, probe: dict[str, Any]
) -> None:
    plan = world.plan(probe={**probe, "systems": ["last layer", DLFA], "seeds": [2], "tasks": ["POS"]})
    swept = world.run(made_up(), plan)
    assert [path.name.rpartition("-")[0] for path in _files(world)] == ["pos-dlfa-k-3-literal-seed-2",
                                                                        "pos-last-layer-seed-2"]
    plain = world.plan().final({(task, system): () for task in plan.config.task_names for system in
                                plan.config.systems})
    assert {one.cell.label: one.key for one in plain} == {one.cell.label: one.key for one in swept.done}


def test_probes_asked_for_later_train_their_models_again_and_touch_no_rows(
    world: Any, made_up: Any, probe: dict[str, Any]
) -> None:
    world.run(made_up())
    rows = {path: path.stat().st_mtime_ns for path in (world.folder / "out" / "rows").iterdir()}
    executor, plan = made_up(), world.plan(probe={**probe, "systems": [DLFA]})
    status = sweep_status(plan, world.store, world.rows())
    assert [(task.done, task.cells, task.probes_done, task.probes) for task in status.tasks] == [(2, 4, 0, 2)] * 2
    assert status.missing[0] == f"probe of POS: {DLFA}, seed 1"
    assert status.unmeasured == 4, "nothing tells how long a probe takes"
    swept = world.run(executor, plan, limits=Limits(cells=1))
    assert (swept.computed, executor.kinds["train"], executor.kinds["probe"]) == (1, 1, 1)
    assert executor.kinds["predict"] == executor.kinds["score"] == 0
    assert {path: path.stat().st_mtime_ns for path in (world.folder / "out" / "rows").iterdir()} == rows
    status = sweep_status(plan, world.store, world.rows())
    assert [(task.done, task.probes_done) for task in status.tasks] == [(3, 1), (2, 0)]
    # three models are trained again and probed, 2 seconds each
    assert status.seconds * min(status.side_by_side, 3) == pytest.approx(3 * 4.0)
    assert status.unmeasured == 0
    assert [timing.seconds for timing in read_timings(world.folder / "out" / TIMINGS)][-1] == {"probe": 2.0}


def test_a_failed_probe_leaves_rows_and_model_and_is_all_that_is_missing(
    world: Any, made_up: Any, probe: dict[str, Any]
) -> None:
    plan = world.plan(probe=probe)
    bad = f"probe POS: {DLFA}, seed 1"
    swept = world.run(made_up(fails=lambda label: label == bad), plan)
    assert [cell.label for cell in swept.missing] == [f"POS: {DLFA}, seed 1"]
    assert "fails" in str(swept.failure)
    assert len(world.rows().files) == CELLS
    assert len(_trainings(world)) == 1, "the model that is still to be probed"
    executor = made_up()
    assert world.run(executor, plan).computed == 1
    assert dict(executor.kinds) == {"probe": 1}
    assert _trainings(world) == []


def test_a_probe_whose_rows_are_gone_is_not_computed_again(world: Any, made_up: Any, probe: dict[str, Any]) -> None:
    plan = world.plan(probe=probe)
    world.run(made_up(), plan, limits=Limits(cells=1))
    for path in (world.folder / "out" / "rows").iterdir():
        path.unlink()
    world.store = Store(world.folder / "another store")
    executor = made_up()
    world.run(executor, plan, limits=Limits(cells=1))
    assert (executor.kinds["train"], executor.kinds["probe"]) == (1, 0)


def test_tuning_cells_are_not_probed(world: Any, made_up: Any, probe: dict[str, Any]) -> None:
    tuning = {"grid": {"training.head_learning_rate": [1e-3, 5e-3]}}
    executor = made_up()
    world.run(executor, world.plan(probe=probe, tuning=tuning))
    assert executor.kinds["probe"] == CELLS
    assert executor.kinds["train"] == CELLS + CELLS // 2, "a model that tuning has trained is probed as it is"


def test_faults_of_a_probe_are_told_with_line_and_near_matches(world: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        sweep_config({**world.values, "probe": {"systems": ["last layr"], "tasks": ["NER"]}})
    told = str(caught.value)
    assert "probe.systems.0: the sweep has no system named 'last layr'; it has: last layer, DLFA" in told
    assert "(did you mean last layer?)" in told
    assert "probe.tasks.0: the sweep has no task named 'NER'; it has: POS, short" in told
    path = tmp_path / "sweep.yaml"
    path.write_text("name: x\ntasks: [{data: tags}]\naggregators: [last_layer]\nprobe:\n  measures: [retrival]\n",
                    encoding="utf-8")
    with pytest.raises(ConfigError, match=r"sweep\.yaml, line 5, column 14: probe\.measures\.0: .*retrival"):
        read_sweep(path)


def test_data_that_a_probe_needs_are_missed_before_anything_runs(world: Any, probe: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="nowhere"):
        world.plan(probe={**probe, "data": "nowhere"})


def test_a_damaged_probe_is_told(world: Any, made_up: Any, probe: dict[str, Any]) -> None:
    plan = world.plan(probe=probe)
    world.run(made_up(), plan, limits=Limits(cells=1))
    (path,) = _files(world)
    path.write_text(path.read_text(encoding="utf-8")[:50], encoding="utf-8")
    with pytest.raises(FormatError, match="not valid JSON"):
        world.run(made_up(), plan)
