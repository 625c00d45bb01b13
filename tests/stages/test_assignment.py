"""A stage as it is handed to another process."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import MappingProxyType

import pytest
import toy_stages as toys

from sprachbund.stages.assignment import assign
from sprachbund.stages.keys import Keys, explain, stage_key
from sprachbund.stages.stage import Resources, Stage


def test_inputs_stand_as_keys_and_values_are_plain(tmp_path: Path) -> None:
    source = toys.stage(tmp_path, name="b")
    stage = Stage("toy", 1, "m:f", MappingProxyType({"a": (1, 2)}), {"from": source}, settings=MappingProxyType({}),
                  resources=Resources(2, 3.0, MappingProxyType({"A": "1"})))
    assignment = assign(stage, Keys())
    assert assignment.inputs == {"from": stage_key(source)}
    assert assignment.config == {"a": [1, 2]}
    assert assignment.identity == explain(stage)
    assert assignment.label == "toy"  # the kind, where there is no label
    assert pickle.loads(pickle.dumps(assignment)) == assignment


def test_settings_are_json_too(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="the path"):
        assign(toys.stage(tmp_path, settings={"at": tmp_path}), Keys())
