import argparse
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from benchmarks import memory, sampling, sweep
from benchmarks.harness import Measurement, Summary
from benchmarks.record import Record
from benchmarks.train_report import finish_accuracy, finish_speed

DATA = {"sentences": 3, "pieces": 90, "dev_words": 24787, "longest": 40}


@pytest.fixture
def record(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def make(name="train", **settings):
        options = argparse.Namespace(name=name, resume=False, work=tmp_path / "work", data_dir=Path("/data"))
        return Record("train", options, {"data": DATA, **settings})

    return make


def report(name="train"):
    return Path(f"results/benchmarks/{name}/report.md").read_text(encoding="utf-8")


def runs(figure, **values):
    peaks = {"ours": 1000.0, "other": 2000.0}
    return [Measurement(system, number, 9.0, peaks.get(system, 0.0), {figure: value, "train_seconds": 5.0})
            for system, series in values.items() for number, value in enumerate(series)]


def test_speed_stands_beside_accuracy_and_floor(record):
    accuracy = record("train-accuracy")
    accuracy.sections["titles"] = {"ours": "sprachbund"}
    accuracy.runs += runs("dev_accuracy", ours=[95.5, 95.7, 96.0])
    assert finish_accuracy(accuracy) == 0
    assert "| sprachbund | 95.70 (95.50 to 96.00) | 5.0 (5.0 to 5.0) |" in report("train-accuracy")

    speed = record()
    speed.sections |= {
        "titles": {"ours": "sprachbund", "other": "Trainer"},
        "floor": {"gflop": 20.0, "gflop_attention": 1.0, "backward": True, "share": 0.5, "rounds": [
            {"gflop_per_second": {"all threads": 8.0}, "floor_seconds": 2.5, "shares": {"ours": 0.5}}]},
        "profile": {"shares": {"matrix products": 0.75, "rest": 0.25}},
        "search": {"tried": [{"batch": 8, "bf16": True, "sentences": 2, "pieces_per_second": None, "peak_mib": 1.0,
                              "error": "broke"}]},
    }
    speed.runs += runs("pieces_per_second", ours=[80.0, 100.0], other=[10.0, 20.0])
    assert finish_speed(speed) == 0
    told = report()
    assert "| Trainer | 15 (10 to 20) | 6.5 (5.0 to 8.0) |" in told
    assert "| 0.50 (0.50 to 0.50) |" in told
    assert "95.70" in told
    assert "they take 2.5 s. Share of that rate: sprachbund 50 %." in told
    assert "| matrix products | 75.0 % |" in told
    assert "| batch 8, bf16 | 2 | broke |" in told


def test_without_a_floor_the_report_says_so(record):
    speed = record()
    speed.sections |= {"titles": {"ours": "sprachbund"}, "floor": {"rounds": [], "share": None}}
    speed.runs.append(Measurement("ours", 0, 1.0, 1.0, {}, "ended with exit code 1: no memory"))
    assert finish_speed(speed) == 1
    assert "No floor" in report()
    assert "`ours` failed: ended with exit code 1: no memory" in report()


def test_memory_is_told_as_a_share_of_each_form_of_the_trainer(record):
    made = record("memory", steps=5)
    made.sections["titles"] = {"mbert/ours": "sprachbund", "mbert/dynamic": "Trainer"}
    made.runs += [Measurement("mbert/ours", 0, 1.0, 900.0, {}), Measurement("mbert/dynamic", 0, 1.0, 2000.0, {})]
    made.sections["floors"] = {"mbert": {"in_use": 700.0, "all": 1800.0}}
    assert memory._finish(made) == 0
    assert "is trained: 700 MiB with the embedding rows in use, 1,800 MiB with all of them" in report("memory")
    assert "| sprachbund | 900 | 0.45 |  |  |" in report("memory")
    assert "XLM-R" not in report("memory")


def test_the_floor_of_memory_counts_used_rows_alone(tmp_path):
    tensors = {"embeddings.word_embeddings.weight": np.zeros((100, 8), np.float32),
               "layer.weight": np.zeros((8, 8), np.float32), "pooler.weight": np.zeros((8, 8), np.float32)}
    save_file(tensors, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text('{"vocab_size": 100, "hidden_size": 8}', encoding="utf-8")
    found = memory.floor_mib(tmp_path, Summary(10, 10, 10, 1))
    assert found["all"] == pytest.approx(16 * (800 + 64) / 2**20)
    assert found["in_use"] == pytest.approx(16 * (80 + 64) / 2**20)


def test_both_ways_of_a_sweep_are_compared_within_rounds(record):
    made = record("sweep")
    made.sections["titles"] = {sweep.TOGETHER: "beside one another", sweep.IN_TURN: "one after the other"}
    made.runs += runs("pieces_per_second", **{sweep.TOGETHER: [90.0, 60.0, 150.0], sweep.IN_TURN: [60.0, 60.0, 75.0]})
    made.sections["floor"] = {"rounds": []}
    assert sweep._finish(made) == 0
    assert "No floor" in report("sweep")
    assert "within rounds: 1.50 (1.00 to 2.00)" in report("sweep")
    assert "| one after the other | 60 (60 to 75) |" in report("sweep")


def test_samplings_are_compared_seed_by_seed(record):
    made = record("sampling", epochs=1.0)
    made.runs += runs("dev_accuracy", window=[95.0, 96.5], random=[95.5, 95.5])
    assert sampling._finish(made, {"window": "window", "random": "random"}) == 0
    assert "| window | -0.50, +1.00 | +0.25 |" in report("sampling")
