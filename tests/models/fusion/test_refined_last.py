"""The control that is DLFA's module on the last layer alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sprachbund.models.fusion.aif import AIF
from sprachbund.models.fusion.fusion import build_fusion, fusion_config
from sprachbund.models.fusion.refined_last import RefinedLast, RefinedLastConfig


@pytest.mark.parametrize(("reduction", "normalisation"), [(4, "batch"), (16, "batch"), (4, "layer"), (8, "none")])
def test_exactly_as_many_weights_as_dlfa(reduction: int, normalisation: Any) -> None:
    config = RefinedLastConfig(reduction=reduction, normalisation=normalisation)
    ours = sum(parameter.numel() for parameter in build_fusion(config, 384, n_layers=12).parameters())
    aif = AIF(384, reduction=reduction, normalisation=normalisation)
    assert ours == sum(parameter.numel() for parameter in aif.parameters())


def test_the_last_layer_times_its_attention(streams: Any, moved: Any) -> None:
    (last,), mask = streams(1)
    fusion = moved(build_fusion(RefinedLastConfig(), 8, n_layers=12)).eval()
    torch.testing.assert_close(fusion([last], mask)[mask], (last * fusion.cam.attention(last, mask))[mask])


def test_it_is_a_control_and_sees_the_last_layer_only() -> None:
    assert RefinedLast.control
    assert RefinedLastConfig().layers(12) == (12,)
    assert RefinedLastConfig().label() == "refined last layer"
    config = fusion_config({"type": "refined_last", "normalisation": "none", "reduction": 8})
    assert config.label() == "refined last layer (no norm, r=8)"
