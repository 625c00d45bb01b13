"""Squeeze and excitation over layers."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from sprachbund.models.fusion.fusion import build_fusion
from sprachbund.models.fusion.squeeze_excitation import SqueezeExcitationConfig


def test_it_starts_as_the_mean(streams: Any) -> None:
    states, mask = streams(3)
    fusion = build_fusion(SqueezeExcitationConfig(), 8, n_layers=3).double()
    torch.testing.assert_close(fusion(states, mask), sum(states) / 3)


def test_one_weight_a_layer_and_sentence(streams: Any, moved: Any) -> None:
    states, mask = streams(3)
    fusion = moved(build_fusion(SqueezeExcitationConfig(reduction=2), 8, n_layers=3))
    fused = fusion(states, mask)
    for row, real in enumerate(mask):
        if not bool(real.any()):
            continue
        squeezed = [torch.relu(fusion.squeeze(F.layer_norm(state[row][real].mean(0), (8,)))) for state in states]
        weights = torch.sigmoid(fusion.excite(torch.cat(squeezed))) * 2 / 3
        expected = sum(weight * state[row][real] for weight, state in zip(weights, states, strict=True))
        torch.testing.assert_close(fused[row][real], expected)


def test_labels() -> None:
    assert SqueezeExcitationConfig().label() == "squeeze and excitation of all layers"
    assert SqueezeExcitationConfig(reduction=8).label() == "squeeze and excitation of all layers (r=8)"
