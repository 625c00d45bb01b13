"""A gate that does not look."""

from __future__ import annotations

from typing import Any

import torch

from sprachbund.models.fusion.fusion import build_fusion, fusion_config
from sprachbund.models.fusion.static_gate import StaticGateConfig


def test_one_weight_a_channel(streams: Any) -> None:
    (upper, lower), mask = streams(2)
    fusion = build_fusion(StaticGateConfig(layer=1), 8, n_layers=2).double()
    torch.testing.assert_close(fusion([upper, lower], mask), (upper + lower) / 2)
    weight = torch.linspace(-1, 2, 8, dtype=torch.float64)
    with torch.no_grad():
        fusion.weight.copy_(weight)
    torch.testing.assert_close(fusion([upper, lower], mask), weight * upper + (1 - weight) * lower)
    assert [parameter.shape for parameter in fusion.parameters()] == [(8,)]


def test_the_mean_gate_of_a_dlfa_frozen(streams: Any) -> None:
    states, mask = streams(2)
    dlfa = build_fusion(fusion_config({"type": "dlfa", "layer": 1}), 8, n_layers=2).double().eval()
    mean = dlfa.read_gate(states, mask)[mask].mean(0).detach()
    fusion = build_fusion(StaticGateConfig(layer=1), 8, n_layers=2).double()
    fusion.weight.data.copy_(mean)
    torch.testing.assert_close(fusion(states, mask), dlfa.apply_gate(states, mask, mean.view(1, 1, -1)))


def test_labels() -> None:
    assert StaticGateConfig(layer=9).label() == "static gate (k=9)"
    assert StaticGateConfig(layer=9).aggregator() == "static gate"
