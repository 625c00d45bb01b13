"""Softmax weights over layers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional as F

from sprachbund.models.fusion.fusion import build_fusion, fusion_config
from sprachbund.models.fusion.scalar_mix import ScalarMixConfig


def build(**options: Any) -> Any:
    return build_fusion(fusion_config({"type": "scalar_mix", **options}), 8, n_layers=3).double()


def test_elmos_equation(streams: Any) -> None:
    states, mask = streams(3)
    fusion = build()
    torch.testing.assert_close(fusion(states, mask), sum(states) / 3)  # where it starts
    with torch.no_grad():
        fusion.logits.copy_(torch.tensor([0.0, 2.0, -1.0]))
        fusion.gamma.fill_(1.5)
    weights = torch.softmax(torch.tensor([0.0, 2.0, -1.0], dtype=torch.float64), 0)
    expected = 1.5 * sum(weight * state for weight, state in zip(weights, states, strict=True))
    torch.testing.assert_close(fusion(states, mask), expected)
    assert sum(parameter.numel() for parameter in fusion.parameters()) == 3 + 1


def test_weights_for_each_token(streams: Any, moved: Any) -> None:
    states, mask = streams(3)
    start = build(per="token")
    torch.testing.assert_close(start(states, mask), sum(states) / 3)
    assert sum(parameter.numel() for parameter in start.parameters()) == 3 + 1 + 3 * 8
    fusion = moved(build(per="token"))
    normed = [(state - state.mean(2, keepdim=True)) / (state.var(2, keepdim=True, correction=0) + 1e-5).sqrt()
              for state in states]
    scores = torch.stack([state @ reader for state, reader in zip(normed, fusion.readers, strict=True)], 2)
    weights = torch.softmax(scores + fusion.logits, 2)
    expected = fusion.gamma * (torch.stack(states, 3) * weights.unsqueeze(2)).sum(3)
    torch.testing.assert_close(fusion(states, mask), expected)
    assert float((weights[0, 0] - weights[3, 2]).detach().abs().max()) > 0.01


def test_normed_layers_make_scale_irrelevant(streams: Any) -> None:
    states, mask = streams(3)
    fusion = build(layer_norm=True)
    torch.testing.assert_close(fusion(states, mask), sum(F.layer_norm(state, (8,)) for state in states) / 3)
    scaled = [100 * states[0], *states[1:]]
    torch.testing.assert_close(fusion(scaled, mask), fusion(states, mask), atol=1e-4, rtol=1e-4)


def test_a_dropped_layer_gives_its_weight_to_the_others(streams: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    states, mask = streams(3)
    fusion = build(layer_dropout=0.5).train()
    monkeypatch.setattr(torch, "rand", lambda *_, device: torch.tensor([0.9, 0.1, 0.9], device=device))
    torch.testing.assert_close(fusion(states, mask), (states[0] + states[2]) / 2)
    torch.testing.assert_close(fusion.eval()(states, mask), sum(states) / 3)


def test_labels() -> None:
    assert ScalarMixConfig().label() == "scalar mix of all layers"
    config = ScalarMixConfig(layer=9, per="token", layer_norm=True, layer_dropout=0.1, identity_start=True)
    assert config.label() == (
        "scalar mix of 9 and the last (per token, normed layers, layer dropout 0.1, identity start)")
    assert config.aggregator() == (
        "scalar mix of 2 layers (per token, normed layers, layer dropout 0.1, identity start)")
