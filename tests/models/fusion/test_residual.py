"""RESBERT's residual."""

from __future__ import annotations

from typing import Any

import torch

from sprachbund.models.fusion.fusion import build_fusion
from sprachbund.models.fusion.residual import ResidualConfig


def test_the_lower_layer_is_added_and_dropped_out_in_training(streams: Any) -> None:
    (upper, lower), mask = streams(2)
    fusion = build_fusion(ResidualConfig(layer=1), 8, n_layers=2)
    assert torch.equal(fusion.eval()([upper, lower], mask), upper + lower)
    torch.manual_seed(0)
    added = (fusion.train()([upper, lower], mask) - upper)[mask]
    kept = added != 0
    assert 0.3 < float(kept.double().mean()) < 0.7
    torch.testing.assert_close(added[kept], 2 * lower[mask][kept])


def test_labels() -> None:
    assert ResidualConfig(layer=9).label() == "residual (k=9)"
    assert ResidualConfig(layer=9, dropout=0.1).aggregator() == "residual (dropout 0.1)"
