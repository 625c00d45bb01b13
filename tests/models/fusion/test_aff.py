"""AFF: equation (4)."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sprachbund.models.fusion.aff import AFFConfig
from sprachbund.models.fusion.fusion import build_fusion, fusion_config


@pytest.mark.parametrize("training", [True, False])
def test_it_is_a_convex_mix_by_the_attention_of_the_sum(training: bool, streams: Any, moved: Any) -> None:
    (upper, lower), mask = streams(2)
    fusion = moved(build_fusion(AFFConfig(layer=1), 8, n_layers=2)).train(training)
    attention = fusion.attention.attention(upper + lower, mask)
    assert bool(((attention >= 0) & (attention <= 1))[mask].all())
    expected = attention * upper + (1 - attention) * lower
    torch.testing.assert_close(fusion([upper, lower], mask)[mask], expected[mask])


def test_it_is_dlfa_with_the_plain_gate_and_the_sum(streams: Any, moved: Any) -> None:
    states, mask = streams(2)
    aff = moved(build_fusion(AFFConfig(layer=1), 8, n_layers=2)).eval()
    config = fusion_config({"type": "dlfa", "layer": 1, "gate": "sigmoid", "integration": "sum"})
    dlfa = build_fusion(config, 8, n_layers=2).double().eval()
    dlfa.aif.load_state_dict(aff.attention.state_dict())
    assert torch.equal(aff(states, mask), dlfa(states, mask))


def test_labels() -> None:
    assert AFFConfig(layer=9).label() == "AFF (k=9)"
    assert AFFConfig(layer=9, normalisation="layer", reduction=8).aggregator() == "AFF (layer norm, r=8)"
    assert AFFConfig(layer=9, normalisation="none").aggregator() == "AFF (no norm)"
