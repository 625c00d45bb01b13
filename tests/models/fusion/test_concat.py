"""Layers side by side."""

from __future__ import annotations

from typing import Any

import torch

from sprachbund.models.fusion.concat import ConcatConfig
from sprachbund.models.fusion.fusion import build_fusion


def test_it_starts_as_the_mean(streams: Any) -> None:
    states, mask = streams(3)
    fusion = build_fusion(ConcatConfig(), 8, n_layers=3).double()
    torch.testing.assert_close(fusion(states, mask), sum(states) / 3)


def test_or_at_random(streams: Any) -> None:
    states, mask = streams(3)
    fusion = build_fusion(ConcatConfig(initial="random"), 8, n_layers=3).double()
    assert not torch.allclose(fusion(states, mask)[mask], (sum(states) / 3)[mask], atol=0.1)


def test_each_layer_has_its_own_columns(streams: Any, moved: Any) -> None:
    (first, second), mask = streams(2)
    fusion = moved(build_fusion(ConcatConfig(layer=1), 8, n_layers=2))
    weight, bias = fusion.projection.weight, fusion.projection.bias
    torch.testing.assert_close(fusion([first, second], mask), first @ weight[:, :8].T + second @ weight[:, 8:].T + bias)
    assert weight.shape == (8, 16)


def test_labels() -> None:
    assert ConcatConfig().label() == "concat of all layers"
    assert ConcatConfig(layer=3, initial="random").aggregator() == "concat of 2 layers (random start)"
