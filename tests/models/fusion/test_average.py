"""The mean and the sum of layers."""

from __future__ import annotations

from typing import Any

import torch

from sprachbund.models.fusion.average import AverageConfig
from sprachbund.models.fusion.fusion import build_fusion


def test_labels() -> None:
    assert AverageConfig().label() == "average of all layers"
    assert AverageConfig(over=(12, 9)).label() == "average of 9, 12"
    assert AverageConfig(layer=9, integration="sum").label() == "average of 9 and the last (sum)"
    assert AverageConfig(layer=9, integration="sum").aggregator() == "average of 2 layers (sum)"


def test_the_mean_is_taken_in_single_precision() -> None:
    fusion = build_fusion(AverageConfig(), 4, n_layers=3)
    streams = [torch.full((1, 2, 4), value) for value in (256.0, 1.0, 1.0)]
    mask = torch.ones(1, 2, dtype=torch.bool)
    assert torch.equal(fusion(streams, mask), torch.full((1, 2, 4), 86.0))
    # 256 + 1 + 1 in bfloat16 stays 256
    assert float(fusion([stream.bfloat16() for stream in streams], mask)[0, 0, 0]) == 86.0


def test_the_sum(streams: Any) -> None:
    states, mask = streams(3)
    mean = build_fusion(AverageConfig(), 8, n_layers=3)(states, mask)
    torch.testing.assert_close(build_fusion(AverageConfig(integration="sum"), 8, n_layers=3)(states, mask), 3 * mean)
