"""AIF over all layers."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sprachbund.models.fusion.aif import AIF
from sprachbund.models.fusion.aif_all import AIFAllConfig
from sprachbund.models.fusion.fusion import build_fusion


@pytest.mark.parametrize("weighing", ["softmax", "sigmoid"])
@pytest.mark.parametrize("training", [True, False])
def test_it_starts_as_the_mean(weighing: str, training: bool, streams: Any) -> None:
    states, mask = streams(3)
    fusion = build_fusion(AIFAllConfig(weighing=weighing), 8, n_layers=3).double().train(training)
    torch.testing.assert_close(fusion(states, mask)[mask], (sum(states) / 3)[mask])


@pytest.mark.parametrize("weighing", ["softmax", "sigmoid"])
def test_the_equations_layer_by_layer(weighing: str, streams: Any, moved: Any) -> None:
    states, mask = streams(3)
    fusion = moved(build_fusion(AIFAllConfig(weighing=weighing), 8, n_layers=3)).eval()
    context = torch.stack([fusion.cam.context(state, mask) + bias
                           for state, bias in zip(states, fusion.bias.view(3, 8), strict=True)])
    weights = torch.softmax(context, 0) if weighing == "softmax" else torch.sigmoid(context)
    expected = (weights / weights.sum(0) * torch.stack(states)).sum(0)
    torch.testing.assert_close(fusion(states, mask)[mask], expected[mask])
    gate = fusion.read_gate(states, mask)
    assert gate.shape == (*mask.shape, 24)
    torch.testing.assert_close(gate.view(*mask.shape, 3, 8).sum(2)[mask], torch.ones(int(mask.sum()), 8).double())


def test_of_two_layers_the_softmax_is_a_sigmoid_of_the_difference(streams: Any, moved: Any) -> None:
    (lower, upper), mask = streams(2)
    fusion = moved(build_fusion(AIFAllConfig(layer=1), 8, n_layers=2)).eval()
    context = fusion.cam.context(upper, mask) - fusion.cam.context(lower, mask)
    gate = torch.sigmoid(context + fusion.bias[8:] - fusion.bias[:8])
    torch.testing.assert_close(fusion([lower, upper], mask)[mask], (gate * upper + (1 - gate) * lower)[mask])


@pytest.mark.parametrize("n_layers", [2, 12])
def test_as_many_weights_as_aif_and_one_a_layer_and_channel(n_layers: int) -> None:
    counted = sum(parameter.numel() for parameter in build_fusion(AIFAllConfig(), 8, n_layers=n_layers).parameters())
    assert counted == sum(parameter.numel() for parameter in AIF(8).parameters()) + 8 * n_layers


def test_labels() -> None:
    assert AIFAllConfig().label() == "AIF of all layers"
    config = AIFAllConfig(weighing="sigmoid", normalisation="layer", reduction=16, branches="local", layer_dropout=0.1)
    assert config.label() == "AIF of all layers (sigmoid, layer norm, r=16, local branch, layer dropout 0.1)"
