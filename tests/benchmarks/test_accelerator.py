from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
from importlib import import_module
from pathlib import Path

import pytest
import torch

from benchmarks import accelerator, harness, peers
from benchmarks.harness import Measurement, System
from benchmarks.record import read_result
from benchmarks.systems import trials
from benchmarks.systems.gemm import measured as rates
from benchmarks.systems.prepare import write_padding_tokenizer
from benchmarks.systems.trials import Setting, Trained
from sprachbund.batching.samplers import TokenBudgetSampler
from sprachbund.testing.toy_task import toy_corpus, toy_space
from sprachbund.training import data as training_data

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")


def options(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    accelerator.add_arguments(parser)
    return parser.parse_args(given)


@pytest.fixture
def in_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Children run here, since each would import torch anew; records are written to an empty folder."""
    def measure(system: System, number: int = 0, *, timeout: float | None = None) -> Measurement:
        told = io.StringIO()
        monkeypatch.setattr(sys, "argv", ["child", system.command[3]])
        with contextlib.redirect_stdout(told):
            import_module(system.command[2]).main()
        return Measurement(system.name, number, 1.0, 1.0, json.loads(told.getvalue().splitlines()[-1]))

    monkeypatch.chdir(tmp_path)
    for module in (accelerator, harness, peers):
        monkeypatch.setattr(module, "measure", measure)


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    for name, count in (("all", 40), ("part", 20)):
        corpus, folder = toy_corpus(count), tmp_path / "prepared" / name
        corpus.save(folder / "train")
        (folder / "train" / "labels.json").write_text(toy_space().model_dump_json(), encoding="utf-8")
        (folder / "encoder").mkdir()
        write_padding_tokenizer(folder / "encoder", corpus.pad_id)
        lengths = corpus.window_lengths.tolist()
        facts = {"sentences": count, "pieces": sum(lengths), "longest": max(lengths), "lengths": lengths,
                 "words": corpus.n_words}
        (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    return tmp_path / "prepared"


@pytest.mark.usefixtures("in_process")
@pytest.mark.filterwarnings("ignore")  # the libraries' own, of pinned memory without a GPU
@pytest.mark.parametrize("shape", ["tiny-bert", "tiny-qwen3"])
def test_every_line_runs_on_a_processor(prepared: Path, tmp_path: Path, shape: str) -> None:
    given = options("--prepared", str(prepared), "--device", "cpu", "--shapes", shape, "--rounds", "1",
                    "--threads", "1", "--work", str(tmp_path / "work"))
    threads = torch.get_num_threads()
    assert accelerator.run(given) == 0
    training_data.TokenBudgetSampler = TokenBudgetSampler  # which children have put others in the place of
    torch.set_num_threads(threads)
    found = read_result(Path("results/benchmarks/accelerator"))
    pieces = found["settings"]["data"]["pieces"]
    assert len(found["search"][f"{shape}/filled"]["tried"]) == 2
    for system in ("ours", "trainer"):
        assert [one["error"] for one in found["search"][f"{shape}/{system}"]["tried"]] == ["", ""]
        (run,) = [one for one in found["runs"] if one["system"] == f"{shape}/{system}"]
        assert run["values"]["pieces"] == pieces
        share = found["floor"][shape]["rounds"][0]["share"][system]
        assert share == pytest.approx(found["floor"][shape]["rounds"][0]["floor_seconds"]
                                      / run["values"]["train_seconds"])
    report = Path("results/benchmarks/accelerator/report.md").read_text(encoding="utf-8")
    assert "Trainer, by length, batch" in report
    assert "| ours, batches filled (not in the engine) | 256 |" in report
    assert " GFLOP/s its products alone take" in report


@pytest.mark.usefixtures("in_process")
@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_without_an_accelerator_nothing_is_recorded(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no CUDA device here, so nothing is measured and nothing recorded"):
        accelerator.run(options())
    assert not (tmp_path / "results").exists()


@pytest.mark.usefixtures("in_process")
def test_data_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"all.facts\.json is not there: make the data first"):
        accelerator.run(options("--device", "cpu", "--prepared", str(tmp_path)))
    without = options("--device", "cpu")
    without.data_dir = None
    with pytest.raises(SystemExit, match="no data: give --data-dir"):
        accelerator.run(without)


def test_settings_are_searched_until_memory_ends() -> None:
    trained: list[tuple[Setting, int | None]] = []

    def train(setting: Setting, steps: int | None) -> Trained:
        trained.append((setting, steps))
        if setting.batch > 16:
            raise torch.OutOfMemoryError("full")
        return Trained(3, 1000 * setting.batch * (1 + setting.workers))

    found = trials.search(train, [64, 16, 8, 32], [0, 1], "cpu")
    assert [(one["batch"], one["workers"], one["error"]) for one in found] == [
        (8, 0, ""), (16, 0, ""), (32, 0, "out of memory"), (found[-1]["batch"], 1, "")]
    assert trained[:2] == [(Setting(8), trials.WARM_STEPS), (Setting(8), None)]
    assert not any(setting.recompute for setting, _ in trained)


def test_layers_are_recomputed_where_nothing_fits_otherwise() -> None:
    def train(setting: Setting, steps: int | None) -> Trained:
        if not setting.recompute:
            raise torch.OutOfMemoryError("full")
        return Trained(3, 1000)

    found = trials.search(train, [8, 16], [0], "cpu")
    assert [(one["batch"], one["recompute"], one["error"]) for one in found] == [
        (8, False, "out of memory"), (8, True, ""), (16, True, "")]
    nothing = Measurement("mbert/ours", 0, 1.0, 1.0, {"tried": [found[0]]})
    with pytest.raises(SystemExit, match="mbert/ours: no batch size fits into memory"):
        accelerator._chosen(nothing)


def test_no_round_is_begun_past_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 250.0, 400.0])
    monkeypatch.setattr(accelerator.time, "perf_counter", lambda: next(clock))
    systems = [System("a", ("b",))]
    rounds = accelerator.within(systems, began=0.0, limit=450.0)
    assert [rounds(0), rounds(1)] == [systems, systems]  # at 100 and 250 s: the first took 150 s
    assert rounds(2) == []  # at 400 s: the next would end at 550


@needs_gpu
def test_products_are_timed_on_a_gpu() -> None:
    given = {"pieces": 512, "repeats": 3, "bf16": True, "device": "cuda"}
    assert min(rates(given, "all threads", 1, ("forward", "torch", 1024, 1024))) > 1000


@needs_gpu
@pytest.mark.usefixtures("in_process")
def test_both_systems_train_on_a_gpu(prepared: Path, tmp_path: Path) -> None:
    given = options("--prepared", str(prepared), "--shapes", "tiny-bert", "tiny-qwen3", "--rounds", "1",
                    "--work", str(tmp_path / "work"))
    assert accelerator.run(given) == 0
    runs = read_result(Path("results/benchmarks/accelerator"))["runs"]
    assert all(one["values"]["allocated_mib"] > 0 for one in runs if "products" not in one["system"])
