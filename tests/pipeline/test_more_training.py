"""What is learnt beside one source language: planned, told, and in the key of the training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sprachbund.core.errors import ConfigError, DataError, LanguageError
from sprachbund.pipeline.config import read_run_config
from sprachbund.pipeline.plan import RunPlan, plan_run
from sprachbund.stages.keys import stage_key
from sprachbund.stages.stage import Stage
from sprachbund.testing.tiny import make_tiny_encoder

SENTENCE = "1\tthe\t_\tDET" + "\t_" * 6 + "\n\n"
PLACES = ("en/train", "en/dev", "en/test", "de/train", "de/dev", "de/test", "fr/dev", "fr/test", "sw/test", "ru/train")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_tiny_encoder(tmp_path / "encoder", "bert")
    for place in (*(f"data/{name}" for name in PLACES), "mt/en/train", "mt/fr/train", "mt/sw/train"):
        path = tmp_path / f"{place}.conllu"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SENTENCE, encoding="utf-8")
    return tmp_path


def planned(folder: Path, **settings: Any) -> RunPlan:
    path = folder / "run.yaml"
    path.write_text(f"data: {folder / 'data'}\nencoder: {folder / 'encoder'}\n", encoding="utf-8")
    return plan_run(read_run_config(path, settings))


def training(plan: RunPlan) -> Stage:
    return plan.scores[0].inputs["predictions"].inputs["model"]


def learnt(plan: RunPlan) -> dict[str, str]:
    return {name: stage.label for name, stage in training(plan).inputs.items() if name != "dev"}


def test_zero_shot_transfer_learns_from_the_source_alone(folder: Path) -> None:
    plan = planned(folder)
    assert learnt(plan) == {"train": "prepare data en train"}
    assert training(plan).settings["beyond"] == ""
    assert not [note for note in plan.notes if "shot" in note]


def test_several_sources_are_learnt_alike(folder: Path) -> None:
    plan = planned(folder, more_sources=["de", "ru"], train_limit=50)
    assert learnt(plan) == {"train": "prepare data en train", "more source de": "prepare data de train",
                            "more source ru": "prepare data ru train"}
    assert {stage.config["limit"] for name, stage in training(plan).inputs.items() if name != "dev"} == {50}
    assert training(plan).settings["more_sources"] == ["de", "ru"]
    assert plan.targets == ("de", "fr", "sw")  # German is scored, and left out of averages


def test_few_shot_takes_examples_of_every_target_that_has_some_and_names_the_others(folder: Path) -> None:
    plan = planned(folder, few_shot={"examples": 10, "split": "dev"})
    assert learnt(plan) == {"train": "prepare data en train", "more example de": "prepare data de dev",
                            "more example fr": "prepare data fr dev"}
    told = "few-shot: up to 10 labelled examples of each of 2 target languages, not zero-shot"
    assert plan.notes == (
        told, "no examples of 1 of 3 target languages (sw): there transfer is from the other languages alone")
    assert training(plan).settings["beyond"] == told
    assert training(plan).inputs["more example de"].config["limit"] == 10
    assert learnt(planned(folder, few_shot=10)).keys() == {"train", "more example de"}
    both = planned(folder, few_shot={"examples": 10, "split": "dev"}, more_sources=["de"])
    assert learnt(both).keys() == {"train", "more source de", "more example fr"}  # a source is no target
    chosen = planned(folder, few_shot={"examples": 10, "split": "dev", "languages": "fr"})
    assert learnt(chosen).keys() == {"train", "more example fr"}


def test_translations_are_learnt_in_every_language_but_the_source(folder: Path) -> None:
    plan = planned(folder, translate_train=f"{folder / 'mt'}")
    assert learnt(plan) == {"train": "prepare data en train", "more translation fr": "prepare mt fr train",
                            "more translation sw": "prepare mt sw train"}
    assert training(plan).settings["beyond"] == (
        "translate-train: trained on translations into 2 languages too, not zero-shot")
    limited = planned(folder, translate_train={"data": f"{folder / 'mt'}", "languages": ["sw"], "limit": 5})
    assert learnt(limited).keys() == {"train", "more translation sw"}
    assert training(limited).inputs["more translation sw"].config["limit"] == 5


def test_what_is_learnt_decides_the_key_and_the_check_of_labels(folder: Path) -> None:
    plans = [planned(folder), planned(folder, more_sources=["de"]), planned(folder, few_shot=10),
             planned(folder, few_shot=20), planned(folder, translate_train=f"{folder / 'mt'}")]
    keys = [stage_key(training(plan)) for plan in plans]
    assert len(set(keys)) == len(keys)
    (check,) = training(plans[1]).after
    assert "more source de" in check.inputs


@pytest.mark.parametrize(("settings", "told"), [
    ({"more_sources": ["en"]}, "en stands there twice, or is the source already"),
    ({"few_shot": {"examples": 5, "split": "test"}}, "examples of the split 'test' are scored"),
    ({"few_shot": {"examples": 0}}, "greater than or equal to 1"),
])
def test_settings_that_cannot_be(folder: Path, settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        planned(folder, **settings)


@pytest.mark.parametrize(("settings", "error", "told"), [
    ({"more_sources": ["fr"]}, LanguageError, "has no train data in fr"),
    ({"few_shot": {"examples": 5, "languages": ["ru"]}}, LanguageError, "ru is no target language of this run"),
    ({"few_shot": {"examples": 5, "languages": ["fr"]}}, DataError, "has no train data in fr"),
    ({"few_shot": {"examples": 5, "split": "extra"}}, DataError, "has no extra data in any target language"),
    ({"translate_train": {"data": "{mt}", "languages": ["de"]}}, DataError, "mt has no train data in de"),
    ({"translate_train": {"data": "{mt}", "split": "dev"}}, DataError, "no dev data in any language but the source"),
])
def test_data_that_are_not_there(folder: Path, settings: dict[str, Any], error: type[Exception], told: str) -> None:
    if "translate_train" in settings:
        settings["translate_train"]["data"] = str(folder / "mt")
    with pytest.raises(error, match=told):
        planned(folder, **settings)
