"""What is in a key, what is not, and how two differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.canonical import plain
from sprachbund.core.config import Config, neutral
from sprachbund.core.errors import StageError
from sprachbund.stages.keys import ABSENT, Difference, Keys, difference, explain, stage_key
from sprachbund.stages.stage import Resources, Stage


class Training(Config):
    epochs: int = 1
    rate: float = 1e-5
    workers: int = neutral(2)


def train(training: Training | None = None, **more: Any) -> Stage:
    values = {
        "kind": "train", "version": 1, "function": "some.module:run",
        "config": {"training": plain(training or Training())},
        "inputs": {"data": Stage("prepare", 1, "some.module:prepare", {"language": "en"})},
        "files": {"encoder": "ab" * 32}, "extensions": ("gated==0.3.1", "other==1.0"),
    }
    return Stage(**{**values, **more})


def test_a_key_is_the_same_in_every_version_of_the_code() -> None:
    assert stage_key(train()) == "8591438cf5a4901ec08d0d9cb15835417e7046bce3adefc7a86fde8985cdb9fe"


def test_a_default_written_out_gives_the_same_key() -> None:
    assert stage_key(train(Training.model_validate({"epochs": 1, "rate": "1e-5"}))) == stage_key(train())


@pytest.mark.parametrize("change", [
    {"label": "train dlfa, seed 1"},
    {"settings": {"data_dir": "/data", "workers": 7}},
    {"resources": Resources(8, 32.0, {"OMP_NUM_THREADS": "1"})},
    {"function": "moved.elsewhere:run"},
    {"extensions": ("other==1.0", "gated==0.3.1")},
    {"config": {"training": plain(Training(workers=64))}},
], ids=str)
def test_what_cannot_change_a_result_does_not_change_the_key(change: dict[str, Any]) -> None:
    assert stage_key(train(**change)) == stage_key(train())


@pytest.mark.parametrize(("change", "path"), [
    ({"kind": "adapt"}, "kind"),
    ({"version": 2}, "version"),
    ({"config": {"training": plain(Training(epochs=2))}}, "config.training.epochs"),
    ({"inputs": {"data": Stage("prepare", 1, "some.module:prepare", {"language": "de"})}}, "inputs.data"),
    ({"inputs": {"data": Stage("prepare", 2, "some.module:prepare", {"language": "en"})}}, "inputs.data"),
    ({"files": {"encoder": "cd" * 32}}, "files.encoder"),
    ({"extensions": ("gated==0.3.2", "other==1.0")}, "extensions.0"),
])
def test_what_can_change_a_result_changes_the_key_and_is_named(change: dict[str, Any], path: str) -> None:
    changed = train(**change)
    assert stage_key(changed) != stage_key(train())
    assert [each.path for each in difference(explain(train()), explain(changed))] == [path]


def test_a_setting_of_an_input_does_not_reach_the_key() -> None:
    moved = replace(train().inputs["data"], settings={"at": "/elsewhere"}, label="x")
    assert stage_key(train(inputs={"data": moved})) == stage_key(train())


def test_the_explanation_is_what_is_hashed() -> None:
    told = explain(train())
    assert list(told) == ["kind", "version", "config", "inputs", "files", "extensions"]
    assert told["inputs"] == {"data": stage_key(train().inputs["data"])}
    assert told["config"] == {"training": {"epochs": 1, "rate": 1e-5}}


def test_a_difference_has_both_values() -> None:
    before = {"config": {"layers": [1, 2], "gate": None}, "files": {}}
    after = {"config": {"layers": [1, 3, 4], "gate": {}}, "files": {}}
    assert difference(before, after) == [
        Difference("config.gate", None, {}),
        Difference("config.layers.1", 2, 3),
        Difference("config.layers.2", ABSENT, 4),
    ]


SMALL = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))


@given(SMALL, SMALL)
def test_only_equal_explanations_have_no_difference(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert (difference(a, b) == []) == (a == b)
    there, back = difference(a, b), difference(b, a)
    assert [(one.before, one.after) for one in there] == [(one.after, one.before) for one in back]


def test_a_shared_input_is_hashed_once() -> None:
    stage = Stage("toy", 1, "m:f", {"depth": 0})
    for depth in range(1, 60):  # 2 to the power of 60 paths lead down
        stage = Stage("toy", 1, "m:f", {"depth": depth}, inputs={"left": stage, "right": stage})
    assert len(Keys().key(stage)) == 64


def test_a_ring_is_named() -> None:
    inputs: dict[str, Stage] = {}
    first = Stage("toy", 1, "m:f", {}, inputs=inputs, label="first")
    inputs["from"] = Stage("toy", 1, "m:f", {}, inputs={"from": first}, label="second")
    with pytest.raises(StageError, match="in a ring: first → second → first"):
        stage_key(first)


@pytest.mark.parametrize("kind", ["", "Train", "../up", "a/b", ".hidden", "a b", "-a"])
def test_a_kind_is_a_word_since_it_names_a_folder(kind: str) -> None:
    with pytest.raises(StageError, match="cannot be the kind of a stage: lower-case letters"):
        stage_key(train(kind=kind))


def test_a_path_in_a_config_is_refused() -> None:
    with pytest.raises(TypeError, match="give its digest"):
        stage_key(train(config={"data": Path("/data")}))
