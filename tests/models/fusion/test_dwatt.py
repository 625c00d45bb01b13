"""Attention over depth."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.nn import functional as F

from sprachbund.models.fusion.dwatt import DWAttConfig
from sprachbund.models.fusion.fusion import build_fusion


def test_the_equations_computed_the_plain_way(streams: Any, moved: Any) -> None:
    states, mask = streams(3)
    fusion = moved(build_fusion(DWAttConfig(reduction=2), 8, n_layers=3))
    normed = [F.layer_norm(state, (8,)) for state in states]
    query = fusion.query(normed[-1])
    keys = torch.stack([fusion.key(state) + depth for state, depth in zip(normed, fusion.depth, strict=True)], 2)
    weights = torch.softmax((keys * query.unsqueeze(2)).sum(3) / math.sqrt(4), 2)
    expected = (torch.stack(states, 2) * weights.unsqueeze(3)).sum(2)
    torch.testing.assert_close(fusion(states, mask), expected)
    torch.testing.assert_close(fusion.read_gate(states, mask)[mask], weights[mask])


def test_as_many_weights_however_many_layers_but_for_their_marks() -> None:
    counts = [sum(parameter.numel() for parameter in build_fusion(DWAttConfig(), 8, n_layers=n).parameters())
              for n in (3, 12)]
    assert counts[1] - counts[0] == 9 * 2


def test_labels() -> None:
    assert DWAttConfig().label() == "DWAtt of all layers"
    assert DWAttConfig(reduction=8, layer_dropout=0.2).label() == "DWAtt of all layers (r=8, layer dropout 0.2)"
