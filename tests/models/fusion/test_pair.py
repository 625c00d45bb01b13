"""Two layers: which, how they are named, what a gate weighs."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sprachbund.core.errors import ConfigError, ModelError
from sprachbund.models.fusion.fusion import FUSIONS, build_fusion, fusion_config
from sprachbund.models.fusion.pair import PairConfig

PAIRS = [name for name in FUSIONS.built_in if issubclass(FUSIONS.load(name).value.config_class, PairConfig)]


def test_the_pairs() -> None:
    assert set(PAIRS) == {"dlfa", "aff", "iaff", "static_gate", "fixed_mix", "residual"}


@pytest.mark.parametrize("name", PAIRS)
def test_the_upper_layer_comes_first(name: str) -> None:
    assert fusion_config({"type": name, "layer": 9}).layers(12) == (12, 9)
    assert fusion_config({"type": name, "layer": 0}).layers(1) == (1, 0)
    other = fusion_config({"type": name, "layer": 3, "upper": 9})
    assert other.layers(12) == (9, 3)
    assert "k=3 with 9" in other.label()
    assert other.aggregator() == fusion_config({"type": name, "layer": 5}).aggregator()
    assert "9" not in other.aggregator()


@pytest.mark.parametrize(("options", "n_layers", "told", "remedy"), [
    ({"layer": 13}, 12, "lower layer 13 does not exist: .* layers 1 to 12", "choose a lower layer from 0 to 11"),
    ({"layer": 12}, 12, "lower layer 12 is the last layer itself", "choose a lower layer from 0 to 11"),
    ({"layer": 3, "upper": 9}, 6, "upper layer 9 does not exist: .* layers 1 to 6", "choose a upper layer from 0 to 6"),
    ({"layer": 1}, 1, "lower layer 1 is the last layer itself", "choose layer 0, the embeddings"),
    ({"layer": 2}, 1, "lower layer 2 does not exist", "choose layer 0, the embeddings"),
])
def test_layers_that_are_not_there(options: dict[str, Any], n_layers: int, told: str, remedy: str) -> None:
    with pytest.raises(ModelError, match=told) as caught:
        fusion_config({"type": "aff", **options}).layers(n_layers)
    assert str(caught.value.remedy).startswith(remedy)


@pytest.mark.parametrize(("options", "told"), [
    ({}, "layer: is required and missing"),
    ({"layer": -1}, "layer: input should be greater than or equal to 0"),
    ({"layer": 5, "upper": 5}, "upper: the upper layer has to be above layer 5, got 5"),
    ({"layer": 5, "uper": 6}, r"uper: unknown key.*\(did you mean upper\?\)"),
])
def test_impossible_choices(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        fusion_config({"type": "aff", **options})


@pytest.mark.parametrize("name", PAIRS)
def test_two_streams_exactly(name: str) -> None:
    component = FUSIONS.load(name).value
    with pytest.raises(ModelError, match=r"fuses two streams.*was given 3"):
        component(fusion_config({"type": name, "layer": 1}), 8, 3)


def test_a_gate_of_one_is_the_upper_layer_and_of_zero_the_lower_one(streams: Any) -> None:
    (upper, lower), mask = streams(2)
    fusion = build_fusion(fusion_config({"type": "dlfa", "layer": 1}), 8, n_layers=2)
    one = torch.ones(1, 1, 8, dtype=torch.float64)
    torch.testing.assert_close(fusion.apply_gate([upper, lower], mask, one), upper)
    assert torch.equal(fusion.apply_gate([upper, lower], mask, 0 * one), lower)
