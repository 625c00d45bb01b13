"""Inline or in processes, on one thread or more: the same models; and what a stage has used is let go."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open

import sprachbund as sb
from sprachbund.pipeline import predict as predict_stage
from sprachbund.pipeline import train as train_stage
from sprachbund.stages.events import Event, StageEvent


def _settings(world: Any, name: str, **training: Any) -> dict[str, Any]:
    return {
        "data": str(world.tagging), "encoder": {"name": str(world.encoder)}, "targets": ["de"], "seeds": [1, 2],
        "training": {"epochs": 1, "batch_pieces": 64, "precision": "fp32", **training},
        "store": world.folder / f"store {name}", "output": world.folder / name,
    }


def _models(store: Path) -> dict[str, str]:
    """Key of each train stage -> digest of its weights (the order of a weight file's facts is left to chance)."""
    digests = {}
    for folder in (store / "train").iterdir():
        with safe_open(folder / "model" / "model.safetensors", framework="np") as file:
            digests[folder.name] = file.metadata()["sha256"]
    return digests


def test_both_executors_train_the_same_models_to_the_last_bit(world: Any) -> None:
    averages, models, cores = [], [], []
    for executor in ("inline", "processes"):
        events: list[Event] = []
        settings = _settings(world, executor, threads=1)
        averages.append(sb.run(**settings, executor=executor, emit=events.append).average())
        models.append(_models(settings["store"]))
        cores.append({event.cpus for event in events if isinstance(event, StageEvent) and event.kind == "train"})
    assert len(models[0]) == 2
    assert models[0] == models[1]
    assert averages[0] == averages[1]
    assert cores == [{1}, {1}]


def test_the_number_of_threads_is_in_the_report_and_not_in_the_key(world: Any) -> None:
    settings = _settings(world, "a", threads=2)
    sb.run(**settings, executor="inline")
    assert "cpu, fp32, 2 threads" in (world.folder / "a" / "report.md").read_text(encoding="utf-8")
    events: list[Event] = []
    again = {**settings, "training": {**settings["training"], "threads": 1}, "output": world.folder / "b"}
    sb.run(**again, executor="inline", emit=events.append)
    assert {event.state for event in events if isinstance(event, StageEvent)} == {"hit"}


def test_a_model_is_let_go_when_its_stage_is_over(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its last reference, not by the collector of cycles: one model a time is in memory."""
    alive: dict[str, weakref.ref[Any]] = {}
    build, load = train_stage.build_transfer_model, predict_stage.load_model

    def built(*arguments: Any, **options: Any) -> Any:
        model = build(*arguments, **options)
        alive["train"] = weakref.ref(model)
        return model

    def loaded(*arguments: Any, **options: Any) -> Any:
        opened = load(*arguments, **options)
        alive["predict"] = weakref.ref(opened.model)
        return opened

    monkeypatch.setattr(train_stage, "build_transfer_model", built)
    monkeypatch.setattr(predict_stage, "load_model", loaded)
    freed: list[str] = []

    def emit(event: Event) -> None:
        if isinstance(event, StageEvent) and event.state == "finished" and event.kind in alive:
            assert alive[event.kind]() is None, f"the model of {event.label} is still there"
            freed.append(event.kind)

    gc.collect()
    gc.disable()
    try:
        sb.run(**{**_settings(world, "a", threads=1), "seeds": [1]}, executor="inline", emit=emit)
    finally:
        gc.enable()
    assert freed == ["train", "predict"]
