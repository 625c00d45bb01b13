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
seeds: [1]
"""
TUNED = SWEEP + "tuning: {{seeds: [1], grid: {{training.head_learning_rate: [1e-3, 1e-2]}}}}\n"
CELLS = 2 * 3


def _file(world: Any, text: str = SWEEP) -> Path:
    path = world.folder / "sweep.yaml"
    path.write_text(text.format(encoder=world.encoder, tagging=world.tagging, intents=world.intents), encoding="utf-8")
    return path


def _sweep(world: Any, path: Path, **more: Any) -> tuple[Any, Counter[str]]:
    """Run a sweep; the second is how many stages of a kind were run."""
    kinds: Counter[str] = Counter()

    def count(event: Event) -> None:
        if isinstance(event, StageEvent) and event.state == "finished":
            kinds[event.kind] += 1

    settings = {"output": world.folder / "out", "store": world.store, "executor": "inline", **more}
    return sb.sweep(path, emit=count, **settings), kinds


def test_every_cell_is_trained_once_and_its_rows_are_enough_to_go_on(world: Any, tmp_path: Path) -> None:
    path = _file(world)
    run, kinds = _sweep(world, path)
    assert kinds["train"] == CELLS
    assert kinds["score"] == 2 * CELLS
    files = sorted((world.folder / "out" / "rows").glob("*.parquet"))
    assert len(files) == CELLS
    assert files[0].name.startswith("intents-dlfa-k-1-literal-seed-1-")
    rows = read_rows(files[0])
    assert {(row.split, row.target) for row in rows} == {
        ("dev", "en"), ("test", "en"), ("test", "de"), ("test", "fr"), ("test", "no"),
    }
    assert {(row.run, row.aggregator, row.remark) for row in rows} == {("intents", "DLFA (literal)", "made up")}
    assert not list((world.store / "train").iterdir()), "models are hundreds of megabytes: they go with their cell"
    assert run.finished.report.is_file()
    assert "made up" in run.finished.report.read_text(encoding="utf-8")
    more, kinds = _sweep(world, path, seeds=[1, 2], only=["POS"], store=tmp_path / "another store")
    assert kinds["train"] == 3, "the second seed"
    assert {row.seed for row in more.rows} == {1, 2}


def test_tuning_chooses_on_dev_and_trains_nothing_twice(world: Any) -> None:
    run, kinds = _sweep(world, _file(world, TUNED), only=["POS"], seeds=[1, 2])
    assert kinds["train"] == 3 * 2 + 3  # the grid with seed 1, and seed 2; the chosen one of seed 1 is there
    tested = {row.system: row.settings for row in run.rows if row.split == "test"}
    for system, settings in tested.items():
        dev = {row.settings: row.counts[:, 0].sum() for row in run.rows
               if row.split == "dev" and row.primary and (row.system, row.seed) == (system, 1)}
        assert set(dev) == {"", "head learning rate 0.01"}
        assert dev[settings] == max(dev.values())
    assert not list((world.store / "train").iterdir())


def test_a_killed_sweep_goes_on_and_repeats_no_finished_cell(world: Any) -> None:
    path, output = _file(world), world.folder / "out"
    command = [sys.executable, "-m", "sprachbund", "sweep", str(path), "-o", str(output), "--store", str(world.store),
               "--executor", "inline"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 120
    while len(list((output / "rows").glob("[!.]*.parquet"))) < 2:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    there = len(list((output / "rows").glob("[!.]*.parquet")))
    run, kinds = _sweep(world, path)
    assert kinds["train"] <= CELLS - there
    assert len(run.state.done) == CELLS
    again, nothing = _sweep(world, path)
    assert nothing == Counter()
    assert len(again.rows) == len(run.rows)


def test_a_second_process_waits_and_trains_nothing_again(world: Any) -> None:
    path, output = _file(world), world.folder / "out"
    command = [sys.executable, "-m", "sprachbund", "sweep", str(path), "-o", str(output), "--store", str(world.store),
               "--executor", "inline"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list((output / "rows").glob("[!.]*.parquet")):
        assert first.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    notes: list[str] = []
    run = sb.sweep(path, output=output, store=world.store, executor="inline",
                   emit=lambda event: notes.append(getattr(event, "note", "")))
    assert first.wait() == 0
    assert f"another process computes a sweep into {output}; waiting for it, its cells count" in notes
    assert run.state.computed == 0
    assert len(run.state.done) == CELLS


def test_the_command_line_stops_where_it_is_told_and_says_what_is_left(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path, output = _file(world), world.folder / "out"
    arguments = [str(path), "--only", "POS", "-o", str(output), "--store", str(world.store)]
    assert dispatch(["sweep", *arguments, "--executor", "inline", "--limit-cells", "1"]) == 0
    told = capsys.readouterr().out
    assert "1 cell computed now, 1 done, 2 missing" in told
    assert "the same command again goes on" in told
    assert dispatch(["sweep", *arguments, "--plan"]) == 0
    plan = capsys.readouterr().out
    assert "2 cells to compute" in plan
    assert "POS: DLFA (k=2, literal), seed 1" in plan
    assert "for 2 cells, by those of the same task that ran" in plan
    path.write_text(path.read_text(encoding="utf-8").replace("epochs: 0.3", "epochs: 0.2"), encoding="utf-8")
    assert dispatch(["sweep", *arguments, "--limit-cells", "0"]) == 0
    told = capsys.readouterr().out
    assert "1 row file of other settings, data or code left alone: pos-last-layer-seed-1-" in told
    assert len(list((output / "rows").glob("*.parquet"))) == 1


@pytest.mark.parametrize(("old", "new", "said"), [
    ("layer: [1, 2]", "layer: [1, 1]", "line 11, column 18: aggregators.1.layer: 1 stands twice in [1, 1]"),
    ("layer: [1, 2]", "layer: [-1]", "aggregators.1.layer: input should be greater than or equal to 0, got -1"),
    ("layer: [1, 2]", "layer: [12]", "lower layer 12 does not exist: the encoder has the embedding layer 0 and layers"),
    ("last_layer", "last_layr", "there is no fusion named 'last_layr' (did you mean last_layer?"),
    ("seeds: [1]", "seeds: [1, first]", "line 12, column 12: seeds.1: input should be a valid integer, got 'first'"),
])
def test_wrong_input_is_told_before_anything_runs(
    world: Any, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    path, output = _file(world), world.folder / "out"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert dispatch(["sweep", str(path), "-o", str(output), "--store", str(world.store)]) == 2
    shown, message = capsys.readouterr()
    assert shown == ""
    assert said in message
    assert "Traceback" not in message
    assert not output.exists()


def test_a_file_in_the_place_of_the_output_folder_is_told_first(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (world.folder / "file").touch()
    for more in ([], ["--plan"]):
        assert dispatch(["sweep", str(_file(world)), "-o", str(world.folder / "file"), *more]) == 1
        shown, message = capsys.readouterr()
        assert shown == ""
        assert "a part of this path is a file, not a folder" in message


def test_seeds_and_tasks_on_the_command_line_are_checked_too(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(world)
    assert dispatch(["sweep", str(path), "--seeds", "1,two"]) == 2
    assert "--seeds: expected whole numbers such as 1,2,3, got '1,two'" in capsys.readouterr().err
    assert dispatch(["sweep", str(path), "--only", "pos"]) == 2
    assert "the sweep has no task named 'pos'; it has: POS, intents (did you mean POS?)" in capsys.readouterr().err
    assert dispatch(["sweep", "papr"]) == 1
    shipped = "name a sweep that is shipped: paper, mechanism, aggregators or smoke"
    assert f"check the path, or {shipped}" in capsys.readouterr().err
