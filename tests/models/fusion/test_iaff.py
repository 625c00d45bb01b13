"""iAFF: equation (5)."""

from __future__ import annotations

from typing import Any

import torch

from sprachbund.models.fusion.fusion import build_fusion
from sprachbund.models.fusion.iaff import IAFFConfig


def test_the_second_attention_reads_what_the_first_one_makes(streams: Any, moved: Any) -> None:
    (upper, lower), mask = streams(2)
    fusion = moved(build_fusion(IAFFConfig(layer=1), 8, n_layers=2)).eval()
    first = fusion.first.attention(upper + lower, mask)
    initial = first * upper + (1 - first) * lower
    second = fusion.second.attention(initial, mask)
    expected = second * upper + (1 - second) * lower
    torch.testing.assert_close(fusion([upper, lower], mask)[mask], expected[mask])


def test_both_attentions_have_both_branches_of_their_own_and_use_them(streams: Any) -> None:
    states, mask = streams(2)
    fusion = build_fusion(IAFFConfig(layer=1), 8, n_layers=2).double()
    branches = [branch for module in (fusion.first, fusion.second)
                for branch in (module.global_branch, module.local_branch)]
    assert len({id(parameter) for branch in branches for parameter in branch.parameters()}) == 4 * 8
    fusion(states, mask)[mask].pow(2).sum().backward()
    for branch in branches:
        assert bool(branch[0].weight.grad.any())


def test_labels() -> None:
    assert IAFFConfig(layer=9).label() == "iAFF (k=9)"
    assert IAFFConfig(layer=9, reduction=2).aggregator() == "iAFF (r=2)"
    assert torch.numel(next(build_fusion(IAFFConfig(layer=1, reduction=2), 8, n_layers=2).parameters())) == 32
