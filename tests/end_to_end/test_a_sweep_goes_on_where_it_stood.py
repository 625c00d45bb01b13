"""A sweep trains each cell once, leaves its rows at once, and goes on from them: after a kill, on an empty store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.results.records import read_rows
from sprachbund.stages.events import Event, StageEvent

SWEEP = """\
name: small
common:
  encoder: {encoder}
  test_limit: 20
  training: {{epochs: 0.3, batch_pieces: 200, threads: 1}}
tasks:
  - {{name: POS, task: tagging, data: {tagging}}}
  - {{name: intents, task: classification, data: {intents}, pooling: mean, note: made up}}
aggregators:
  - last_layer
  - {{type: dlfa, layer: [1, 2]}}
seeds: [1, 2]
"""
TUNED = SWEEP + "tuning: {{seeds: [1], grid: {{training.head_learning_rate: [1e-3, 1e-2]}}}}\n"
CELLS = 2 * 3 * 2


def _file(world: Any, text: str = SWEEP) -> Path:
    path = world.folder / "sweep.yaml"
    path.write_text(text.format(encoder=world.encoder, tagging=world.tagging, intents=world.intents), encoding="utf-8")
    return path


class Counted:
    """Counts the stages that were run, by kind."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()

    def __call__(self, event: Event) -> None:
        if isinstance(event, StageEvent) and event.state == "finished":
            self.kinds[event.kind] += 1


def _sweep(world: Any, path: Path, **more: Any) -> tuple[Any, Counter[str]]:
    counted = Counted()
    settings = {"output": world.folder / "out", "store": world.store, "executor": "inline", **more}
    return sb.sweep(path, emit=counted, **settings), counted.kinds


def test_every_cell_is_trained_once_and_leaves_its_rows(world: Any) -> None:
    finished, kinds = _sweep(world, _file(world))
    assert kinds["train"] == CELLS
    assert kinds["score"] == 2 * CELLS
    assert finished.state.missing == ()
    files = sorted((world.folder / "out" / "rows").glob("*.parquet"))
    assert len(files) == CELLS
    assert files[0].name.startswith("intents-dlfa-k-1-literal-seed-1-")
    rows = read_rows(files[0])
    assert {(row.split, row.target) for row in rows} == {
        ("dev", "en"), ("test", "en"), ("test", "de"), ("test", "fr"), ("test", "no"),
    }
    assert {(row.run, row.aggregator, row.remark) for row in rows} == {("intents", rows[0].aggregator, "made up")}
    assert {row.aggregator for row in finished.rows if row.fusion == "dlfa"} == {"DLFA (literal)"}
    assert not list((world.store / "train").iterdir()), "models are hundreds of megabytes: they go with their cell"


def test_rows_are_enough_to_go_on_with_an_empty_store(world: Any, tmp_path: Path) -> None:
    path = _file(world)
    _, first = _sweep(world, path, limit_cells=5)
    assert first["train"] == 5
    finished, second = _sweep(world, path, store=tmp_path / "another store")
    assert second["train"] == CELLS - 5
    assert len(finished.state.done) == CELLS
    elsewhere, third = _sweep(world, path, store=tmp_path / "third", output=tmp_path / "third out",
                              rows=world.folder / "out" / "rows")
    assert third == Counter()
    assert len(elsewhere.rows) == len(finished.rows)


def test_another_seed_trains_only_that_seed(world: Any) -> None:
    path = _file(world)
    _sweep(world, path, only=["POS"])
    finished, kinds = _sweep(world, path, only=["POS"], seeds=[1, 2, 3])
    assert kinds["train"] == 3
    assert {row.seed for row in finished.rows} == {1, 2, 3}


def test_tuning_chooses_on_dev_and_trains_nothing_twice(world: Any) -> None:
    finished, kinds = _sweep(world, _file(world, TUNED))
    systems = 2 * 3
    assert kinds["train"] == systems * 2 + systems  # the grid with seed 1, and seed 2; the chosen of seed 1 is there
    assert set(finished.state.choice) == {(cell.cell.task.label, cell.cell.system) for cell in finished.state.done}
    tested = {(row.run, row.system): row.settings for row in finished.rows if row.split == "test"}
    for (task, system), settings in tested.items():
        dev = {row.settings: row.counts[:, 0].sum() for row in finished.rows
               if row.split == "dev" and row.primary and (row.run, row.system, row.seed) == (task, system, 1)}
        assert set(dev) == {"", "head learning rate 0.01"}
        assert dev[settings] == max(dev.values())
    assert not list((world.store / "train").iterdir())


def test_a_killed_sweep_goes_on_and_repeats_no_finished_cell(world: Any) -> None:
    path, output = _file(world), world.folder / "out"
    command = [sys.executable, "-m", "sprachbund", "sweep", str(path), "-o", str(output), "--store", str(world.store),
               "--executor", "inline", "--only", "POS"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    while len(list((output / "rows").glob("*.parquet"))) < 2:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    there = len(list((output / "rows").glob("[!.]*.parquet")))
    finished, kinds = _sweep(world, path, only=["POS"])
    assert kinds["train"] <= CELLS // 2 - there
    assert len(finished.state.done) == CELLS // 2
    again, nothing = _sweep(world, path, only=["POS"])
    assert nothing == Counter()
    assert len(again.rows) == len(finished.rows)


def test_row_files_of_other_settings_are_left_alone_and_told(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path, output = _file(world), world.folder / "out"
    arguments = ["-o", str(output), "--store", str(world.store), "--executor", "inline"]
    assert dispatch(["sweep", str(path), "--only", "POS", "--limit-cells", "1", *arguments]) == 0
    assert "5 missing" in capsys.readouterr().out
    path.write_text(path.read_text(encoding="utf-8").replace("epochs: 0.3", "epochs: 0.25"), encoding="utf-8")
    assert dispatch(["sweep", str(path), "--only", "POS", *arguments]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "1 row file of other settings, data or code left alone: pos-last-layer-seed-1-" in told
    assert len(list((output / "rows").glob("*.parquet"))) == 1 + CELLS // 2


def test_no_cell_is_begun_when_the_time_is_over(world: Any) -> None:
    finished, kinds = _sweep(world, _file(world), minutes=0)
    assert kinds["train"] == 0
    assert len(finished.state.missing) == CELLS
