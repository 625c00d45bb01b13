"""The baseline."""

from __future__ import annotations

import pytest
import torch

from sprachbund.core.errors import ConfigError
from sprachbund.models.fusion.fusion import build_fusion, fusion_config
from sprachbund.models.fusion.last_layer import LastLayerConfig


def test_it_is_the_last_layer_untouched() -> None:
    config = fusion_config({})
    assert config == LastLayerConfig()
    assert config.layers(12) == (12,)
    assert config.label() == "last layer"
    state = torch.randn(2, 3, 8)
    fusion = build_fusion(config, 8, n_layers=1)
    assert fusion([state], torch.ones(2, 3, dtype=torch.bool)) is state
    assert not list(fusion.parameters())


def test_it_has_no_options() -> None:
    with pytest.raises(ConfigError, match="layer: unknown key"):
        fusion_config({"type": "last_layer", "layer": 3})
    with pytest.raises(ConfigError, match="identity_start: input should be False, got True"):
        fusion_config({"type": "last_layer", "identity_start": True})
