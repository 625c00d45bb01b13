"""Several layers: which, how they are named, the weighted sum, whole layers dropped out."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.errors import ConfigError, ModelError
from sprachbund.models.fusion.fusion import FUSIONS, fusion_config
from sprachbund.models.fusion.several import LayerDropout, SeveralConfig, WeightedSum

SEVERAL = [name for name in FUSIONS.built_in if issubclass(FUSIONS.load(name).value.config_class, SeveralConfig)]


def test_those_of_several_layers() -> None:
    assert set(SEVERAL) == {"average", "scalar_mix", "concat", "squeeze_excitation", "dwatt", "aif_all"}


@pytest.mark.parametrize("name", SEVERAL)
def test_all_some_or_one_and_the_last(name: str) -> None:
    everything = fusion_config({"type": name})
    assert everything.layers(3) == (1, 2, 3)
    assert everything.label() == everything.aggregator()
    assert "of all layers" in everything.label()
    some = fusion_config({"type": name, "over": [12, 0, 9]})
    assert some.layers(12) == (0, 9, 12)
    assert "of 0, 9, 12" in some.label()
    assert "of 3 layers" in some.aggregator()
    pair = fusion_config({"type": name, "layer": 9})
    assert pair.layers(12) == (9, 12)
    assert "of 9 and the last" in pair.label()
    assert pair.aggregator() == fusion_config({"type": name, "over": [3, 5]}).aggregator()


@pytest.mark.parametrize(("options", "told"), [
    ({"over": [2, 2]}, r"over: 2 stands twice in \[2, 2\]"),
    ({"over": [2]}, "over: at least 2 values are needed, got 1"),
    ({"over": [-1, 2]}, "over.0: input should be greater than or equal to 0, got -1"),
    ({"over": [1, 2], "layer": 1}, "over: give either layer or over"),
    ({"over": ["first", 2]}, "over.0: input should be a valid integer"),
])
def test_impossible_choices(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        fusion_config({"type": "scalar_mix", **options})


@pytest.mark.parametrize(("options", "n_layers", "told"), [
    ({"over": [1, 7]}, 6, "layer 7 does not exist: the encoder has the embedding layer 0 and layers 1 to 6"),
    ({"layer": 7}, 6, "layer 7 does not exist"),
    ({"layer": 6}, 6, "layer 6 is the last layer itself"),
    ({}, 1, "scalar_mix fuses several layers, and the encoder has only one above its embeddings"),
])
def test_layers_that_are_not_there(options: dict[str, Any], n_layers: int, told: str) -> None:
    with pytest.raises(ModelError, match=told) as caught:
        fusion_config({"type": "scalar_mix", **options}).layers(n_layers)
    assert caught.value.remedy


def test_an_encoder_with_one_layer_has_its_embeddings_to_fuse_with() -> None:
    assert fusion_config({"type": "scalar_mix", "over": [0, 1]}).layers(1) == (0, 1)
    assert fusion_config({"type": "scalar_mix", "layer": 0}).layers(1) == (0, 1)


class Given(WeightedSum):
    """Weighs as it is told."""

    def weights(self, states: Any, mask: Any) -> Any:
        return self.told


@pytest.mark.parametrize("channels", [1, 8])
def test_the_sum_is_that_of_an_einsum(channels: int, streams: Any) -> None:
    states, mask = streams(3)
    fusion = Given(fusion_config({"type": "scalar_mix"}), 8, 3)
    fusion.channels = channels
    fusion.told = torch.randn(*mask.shape, 3 * channels, dtype=torch.float64)
    weights = fusion.told.view(*mask.shape, 3, channels).expand(*mask.shape, 3, 8)
    torch.testing.assert_close(fusion(states, mask), torch.einsum("sbte,btse->bte", torch.stack(states), weights))
    assert fusion.gate_channels == 3 * channels


def test_the_sum_is_taken_in_single_precision() -> None:
    fusion = Given(fusion_config({"type": "scalar_mix"}), 4, 3)
    fusion.told = torch.ones(1, 1, 3)
    states = [torch.full((1, 2, 4), value, dtype=torch.bfloat16) for value in (256.0, 1.0, 1.0)]
    assert float(fusion(states, torch.ones(1, 2, dtype=torch.bool))[0, 0, 0]) == 258.0  # in bfloat16 it stays 256


@given(st.integers(1, 12), st.floats(0.0, 0.99), st.integers(0, 1000))
def test_layers_are_dropped_whole_and_never_all(layers: int, probability: float, seed: int) -> None:
    torch.manual_seed(seed)
    weights = torch.softmax(LayerDropout(probability)(torch.zeros(3, 2, layers)), 2)
    assert torch.equal(weights, weights[:1, :1].expand_as(weights))
    left = int((weights[0, 0] > 0).sum())
    assert left >= 1
    torch.testing.assert_close(weights[0, 0][weights[0, 0] > 0], torch.full((left,), 1 / left))


def test_no_layer_is_dropped_in_evaluation_and_as_many_as_asked_for_in_training() -> None:
    dropout, logits = LayerDropout(0.3), torch.zeros(10)
    assert dropout.eval()(logits) is logits
    torch.manual_seed(0)
    dropped = torch.stack([dropout.train()(logits) for _ in range(500)]).isinf().float().mean()
    assert float(dropped) == pytest.approx(0.3, abs=0.02)
