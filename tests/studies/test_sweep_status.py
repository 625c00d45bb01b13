"""What is done, what will run, and for how long."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sprachbund.studies.sweep import Limits
from sprachbund.studies.sweep_status import sweep_status
from sprachbund.studies.timings import TIMINGS, processor, read_timings

TUNING = {"grid": {"training.head_learning_rate": [1e-3, 5e-3]}}
CELLS = 4 * 2 * 2


def test_nothing_is_known_of_a_sweep_that_has_not_run(world: Any) -> None:
    status = sweep_status(world.plan(), world.store, world.rows())
    assert [(task.done, task.cells, task.tuning_cells) for task in status.tasks] == [(0, 8, 0), (0, 8, 0)]
    assert (len(status.missing), status.seconds, status.unmeasured) == (CELLS, 0.0, CELLS)
    assert status.missing[0] == "POS: last layer, seed 1"


def test_the_rest_is_estimated_by_what_ran_of_the_same_task(world: Any, made_up: Any) -> None:
    plan = world.plan()
    world.run(made_up(), plan, limits=Limits(cells=3))
    status = sweep_status(plan, world.store, world.rows())
    assert [task.done for task in status.tasks] == [3, 0]
    assert status.unmeasured == 8
    # train, dev and targets took 2 seconds each for each of 5 cells that are left of the first task
    assert status.seconds * min(status.side_by_side, len(status.missing)) == pytest.approx(5 * 6.0)


def test_cells_that_wait_for_their_settings_find_the_model_of_the_tuning_seed(world: Any, made_up: Any) -> None:
    plan = world.plan(tuning=TUNING)
    world.run(made_up(), plan, limits=Limits(cells=7))
    status = sweep_status(plan, world.store, world.rows())
    assert [(task.tuning_done, task.tuning_cells, task.done) for task in status.tasks] == [(7, 8, 0), (0, 8, 0)]
    # of the first task: one tuning cell (4 s, no targets); 4 systems x 2 seeds, seed 1 needs the targets alone, which
    # no cell has scored yet; seed 2 is trained and scored on dev
    assert status.seconds * min(status.side_by_side, len(status.missing)) == pytest.approx(4 + 4 * 4.0)
    assert status.unmeasured == 8 + 8
    assert status.missing[0] == "tuning, POS: DLFA (k=3, literal), head learning rate 0.005, seed 1"


def test_a_line_of_timings_that_was_cut_short_is_left_out(world: Any, made_up: Any) -> None:
    world.run(made_up(), limits=Limits(cells=2))
    path = world.folder / "out" / TIMINGS
    lines = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == {"cell": "POS: last layer, seed 1", "task": "POS", "processor": processor(),
                                    "train": 2.0, "predict dev": 2.0, "predict": 2.0}
    path.write_text("\n".join([lines[0], lines[1][:30]]), encoding="utf-8")
    assert len(read_timings(path)) == 1
