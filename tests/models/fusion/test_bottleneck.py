"""The control that is a small network on the last layer."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sprachbund.models.fusion.aif import AIF
from sprachbund.models.fusion.bottleneck import Bottleneck, BottleneckConfig
from sprachbund.models.fusion.fusion import build_fusion


@pytest.mark.parametrize("width", [384, 768])
@pytest.mark.parametrize(("reduction", "normalisation"), [(4, "batch"), (16, "layer"), (4, "none")])
def test_as_near_to_dlfas_number_of_weights_as_a_whole_width_allows(
    width: int, reduction: int, normalisation: Any
) -> None:
    config = BottleneckConfig(reduction=reduction, normalisation=normalisation)
    ours = sum(parameter.numel() for parameter in build_fusion(config, width, n_layers=12).parameters())
    aif = AIF(width, reduction=reduction, normalisation=normalisation)
    assert abs(ours - sum(parameter.numel() for parameter in aif.parameters())) <= width  # a hidden unit has 2E + 1


def test_the_counts_that_its_docstring_names() -> None:
    assert sum(p.numel() for p in build_fusion(BottleneckConfig(), 384, n_layers=12).parameters()) == 150_339
    assert "150,339" in str(Bottleneck.__doc__)


def test_it_starts_as_the_last_layer_and_learns(streams: Any, moved: Any) -> None:
    (last,), mask = streams(1)
    fusion = build_fusion(BottleneckConfig(), 8, n_layers=12).double()
    assert torch.equal(fusion([last], mask), last)
    moved(fusion)
    hidden = torch.nn.functional.gelu(fusion.down(last))
    torch.testing.assert_close(fusion([last], mask), last + fusion.up(hidden))


def test_it_is_a_control() -> None:
    assert Bottleneck.control
    assert BottleneckConfig(reduction=8).label() == "bottleneck on the last layer (r=8)"
    assert BottleneckConfig(normalisation="none").label() == "bottleneck on the last layer (no norm)"
