"""Two layers in a fixed proportion."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sprachbund.core.errors import ConfigError
from sprachbund.models.fusion.fixed_mix import FixedMixConfig
from sprachbund.models.fusion.fusion import build_fusion, fusion_config


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_the_proportion(alpha: float, streams: Any) -> None:
    (upper, lower), mask = streams(2)
    fusion = build_fusion(FixedMixConfig(layer=1, alpha=alpha), 8, n_layers=2)
    fused = fusion([upper, lower], mask)
    torch.testing.assert_close(fused, (1 - alpha) * upper + alpha * lower)
    if alpha in {0.0, 1.0}:
        assert torch.equal(fused, lower if alpha else upper)
    assert not list(fusion.parameters())


def test_labels_carry_the_proportion() -> None:
    assert FixedMixConfig(layer=9, alpha=0.3).label() == "fixed mix (k=9, alpha=0.3)"
    assert FixedMixConfig(layer=9, alpha=0.3).aggregator() == "fixed mix (alpha=0.3)"


@pytest.mark.parametrize("alpha", [-0.1, 1.1])
def test_no_proportion(alpha: float) -> None:
    with pytest.raises(ConfigError, match="alpha: input should be"):
        fusion_config({"type": "fixed_mix", "layer": 1, "alpha": alpha})
