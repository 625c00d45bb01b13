"""A sweep read from YAML: axes become systems, and every fault is told at once with its line and near matches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sprachbund.core.errors import ConfigError, DataError
from sprachbund.studies.sweep_file import SHIPPED, find_sweep, read_sweep, sweep_config

GOOD = """\
name: mine
common:
  encoder: ENCODER
  train_limit: 400
  training: {epochs: 2, head_learning_rate: 1e-3}
tasks:
  - {name: POS, data: ud_pos}
  - name: NLI
    task: classification
    data: nli
    training: {epochs: 3}
aggregators:
  - last_layer
  - {type: dlfa, layer: [1, 3], gate: [literal, sigmoid]}
  - {type: average, over: [1, 4]}
seeds: [1, 2, 3]
tuning:
  grid:
    training.head_learning_rate: [1e-3, 5e-3]
    head_normalisation: [none, layer]
"""


@pytest.fixture
def read(tmp_path: Path, encoder: Path) -> Any:
    def make(old: str = "", new: str = "") -> Any:
        assert old in GOOD
        path = tmp_path / "sweep.yaml"
        path.write_text(GOOD.replace(old, new, 1).replace("ENCODER", str(encoder)), encoding="utf-8")
        return read_sweep(path)

    return make


def told(read: Any, old: str, new: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(old, new)
    return str(caught.value)


def test_options_with_several_values_become_systems(read: Any) -> None:
    assert read().systems == (
        "last layer", "DLFA (k=1, literal)", "DLFA (k=1, sigmoid)", "DLFA (k=3, literal)", "DLFA (k=3, sigmoid)",
        "average of 1, 4",
    )


def test_a_task_stands_over_what_is_common_key_by_key(read: Any) -> None:
    pos, nli = read().tasks
    assert (pos.training.epochs, nli.training.epochs) == (2, 3)
    assert pos.training.head_learning_rate == nli.training.head_learning_rate == pytest.approx(1e-3)
    assert pos.train_limit == nli.train_limit == 400


def test_values_of_the_grid_are_read_as_their_settings_are(read: Any) -> None:
    points = read().tuning.points({})[0]
    assert len(points) == 4
    assert dict(points[0]) == {"training.head_learning_rate": 0.001, "head_normalisation": "none"}


@pytest.mark.parametrize(("old", "new", "line", "fragment"), [
    ("layer: [1, 3]", "layer: [1, 3, 3]", 14, "aggregators.1.layer: 3 stands twice in [1, 3, 3]"),
    ("layer: [1, 3]", "layer: [1, -3]", 14, "aggregators.1.layer: input should be greater than or equal to 0, got -3"),
    ("layer: [1, 3]", "layer: [1, 13]", 14, "encoder has the embedding layer 0 and layers 1 to 4"),
    ("type: average, over: [1, 4]", "type: average, over: [0, 3, 3]", 15, "over: 3 stands twice in [0, 3, 3]"),
    ("layer: [1, 3]", "layer: []", 14, "aggregators.1.layer: the list is empty"),
    ("type: dlfa", "type: dfla", 14, "did you mean dlfa"),
    ("last_layer\n", "lastlayer\n", 13, "did you mean last_layer"),
    ("  - {type: average, over: [1, 4]}\n", "  - last_layer\n", None, "stands twice under aggregators: last layer"),
    ("seeds: [1, 2, 3]", "seeds: [1, two, 3]", 16, "seeds.1: input should be a valid integer, got 'two'"),
    ("seeds: [1, 2, 3]", "seeds: [1, 2.5]", 16, "seeds.1: input should be a valid integer, got 2.5"),
    ("seeds: [1, 2, 3]", "seeds: [1, -2]", 16, "seeds.1: input should be greater than or equal to 0, got -2"),
    ("seeds: [1, 2, 3]", "seeds: [1, 1]", 16, "a seed is repeated in [1, 1]"),
    ("seeds: [1, 2, 3]", "seeds: []", 16, "seeds: at least 1 value is needed, got 0"),
    ("    training.head_learning_rate:", "    training.head_lerning_rate:", 19, "training.head_learning_rate"),
    ("    training.head_learning_rate:", "    head_learning_rate:", 19, "did you mean training.head_learning_rate"),
    ("    training.head_learning_rate:", "    train_limit:", 19, "cannot be tuned"),
    ("[1e-3, 5e-3]", "[1e-3, fast]", 19, "tuning.grid.training.head_learning_rate: input should be a valid number"),
    ("[none, layer]", "[none, lair]", 20, "did you mean layer?"),
    ("task: classification", "task: clasification", 9, "tasks.1.task: there is no task named 'clasification'"),
    ("train_limit: 400", "train_limt: 400", 4, "did you mean train_limit"),
    ("name: NLI", "name: POS", None, "stands twice under tasks: POS"),
    ("tuning:", "tunning:", 17, "did you mean tuning?"),
    ("    data: nli\n", "", 8, "tasks.1.data: is required and missing"),
    ("name: mine", "title: mine", None, "name: is required and missing"),
])
def test_a_fault_is_told_with_its_line(read: Any, old: str, new: str, line: int | None, fragment: str) -> None:
    message = told(read, old, new)
    assert fragment in message
    assert line is None or f"sweep.yaml, line {line}" in message, message


def test_all_faults_at_once_in_the_order_of_their_lines(read: Any) -> None:
    message = told(read, GOOD[GOOD.index("  - last_layer"):],
                   "  - lastlayer\n  - {type: dlfa, layer: [2, 2]}\nseeds: [one, 2]\ntuning: {grid: {epochs: [1]}}\n")
    faults = [line for line in message.splitlines() if line.startswith("  - ")]
    assert len(faults) == 4
    for fault, line in zip(faults, (13, 14, 15, 16), strict=True):
        assert f"sweep.yaml, line {line}, " in fault


def test_an_encoder_with_one_layer_has_nothing_to_sweep_over(
    values: dict[str, Any], flat_encoder: Path
) -> None:
    with pytest.raises(ConfigError, match="has one layer: a sweep over layers needs an encoder with at least two"):
        sweep_config({**values, "common": {**values["common"], "encoder": str(flat_encoder)}})


def test_a_layer_that_is_not_there_is_told_once_for_all_tasks(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        sweep_config({**values, "aggregators": ["last_layer", {"type": "dlfa", "layer": [1, 9]}]})
    assert len(caught.value.faults) == 1
    assert "DLFA (k=9, literal): " in str(caught.value)


def test_what_is_no_list_is_told(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="aggregators: a list is expected"):
        sweep_config({**values, "aggregators": "last_layer"})


def test_shipped_sweeps_are_found_by_name_and_are_sound() -> None:
    for name in SHIPPED:
        config = read_sweep(find_sweep(name))
        assert config.name == name
        assert config.systems[0] == "last layer"


def test_neither_a_file_nor_a_shipped_sweep() -> None:
    with pytest.raises(DataError, match="check the path, or name a sweep that is shipped: paper, mechanism, aggreg"):
        find_sweep("papr")
