"""One layer alone."""

from __future__ import annotations

import pytest
import torch

from sprachbund.core.errors import ConfigError, ModelError
from sprachbund.models.fusion.fusion import build_fusion, fusion_config
from sprachbund.testing.toy_task import toy_model


def test_it_is_that_layer_untouched_and_the_layers_above_it_do_not_run() -> None:
    model = toy_model(fusion={"type": "single_layer", "layer": 1}).eval()
    pieces = torch.tensor([[5, 6, 7]])
    mask = pieces > 0
    expected = model.encoder(pieces, mask, [1, 2]).by_layer[1]
    ran = []
    model.encoder.layers[1].register_forward_hook(lambda *_: ran.append(1))  # one of a stranger: no packing
    torch.testing.assert_close(model.fused(pieces, mask), expected)
    assert not ran


def test_names() -> None:
    config = fusion_config({"type": "single_layer", "layer": 9})
    assert (config.label(), config.aggregator()) == ("layer 9", "single layer")
    assert not list(build_fusion(config, 8, n_layers=12).parameters())


def test_layers_that_are_not_there() -> None:
    with pytest.raises(ModelError, match=r"layer 9 does not exist: .* layers 1 to 6"):
        fusion_config({"type": "single_layer", "layer": 9}).layers(6)
    with pytest.raises(ConfigError, match="greater than or equal to 0"):
        fusion_config({"type": "single_layer", "layer": -1})
