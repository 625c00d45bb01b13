"""A trained run is exported, and the graph predicts and is evaluated like any model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.results.records import read_rows


@pytest.fixture
def run(world: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(world.folder)
    training = {"epochs": 2, "learning_rate": 1e-3, "head_learning_rate": 1e-2, "batch_pieces": 64, "threads": 1}
    sb.run(data=str(world.tagging), encoder=str(world.encoder), fusion=[{"type": "dlfa", "layer": 1}], seeds=[1],
           training=training, output="out", store=world.store, executor="inline")
    return Path("out")


def test_from_a_run_to_a_graph_to_predictions_and_scores(
    world: Any, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(world.store)]
    assert dispatch(["export", str(run), "--onnx", *store]) == 0
    shown = capsys.readouterr().out
    assert "checked  20 sentences of tags en dev, " in shown  # the run's own dev data, found in the store
    assert "all predictions as torch's" in shown
    assert "out-onnx" in shown
    assert dispatch(["export", str(run), "--onnx", "--int8", "--accept-loss", "5", *store]) == 0
    shown = capsys.readouterr().out
    assert " % of the predictions as torch's" in shown
    assert "accuracy " in shown
    assert dispatch(["predict", "out-onnx-int8", "--text", "the old dog", "--to", "conllu"]) == 0
    assert "1\tthe\t_\tDET" in capsys.readouterr().out
    data = ["--data", str(world.tagging), *store]
    assert dispatch(["evaluate", "out-onnx", *data, "--output", "evaluated", "--json"]) == 0
    systems = json.loads(capsys.readouterr().out)["findings"]["systems"]
    assert [system["name"] for system in systems] == ["DLFA (k=1, literal), onnx fp32"]
    trained, exported = (
        {(row.target, row.metric): row.counts.tolist() for row in read_rows(Path(folder) / "rows.parquet")}
        for folder in (run, "evaluated")
    )
    assert exported == trained


def test_without_dev_data_a_file_is_asked_for(world: Any, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (model,) = (world.store / "train").glob("*/model")
    copy = model.rename(world.folder / "alone")
    assert dispatch(["export", str(copy), "--onnx"]) == 1
    told = capsys.readouterr().err
    assert "there are no stored dev data of" in told
    assert "--check" in told
    check = str(world.tagging / "en" / "test.conllu")
    assert dispatch(["export", str(copy), "--onnx", "--check", check, "--output", "graph", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["checked"][0]["data_set"] == "test.conllu"
    assert told["checked"][0]["agreement"] == 100
    assert sb.predict("graph", "the old dog")[0].labels == ("DET", "ADJ", "NOUN")
