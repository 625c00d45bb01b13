"""MS-CAM's options beyond what AIF's own tests hold: one branch, no norm, neighbours, one convolution."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional as F

from sprachbund.models.fusion.ms_cam import MSCAM, Branch


@pytest.mark.parametrize("training", [True, False])
def test_both_branches_are_the_sum_of_each_alone(training: bool, streams: Any, moved: Any) -> None:
    (x,), mask = streams(1)
    both = moved(MSCAM(8)).train(training)
    parts = []
    for name in ("global", "local"):
        alone = MSCAM(8, branches=name).double().train(training)
        getattr(alone, f"{name}_branch").load_state_dict(getattr(both, f"{name}_branch").state_dict())
        assert [child for child, _ in alone.named_children()] == [f"{name}_branch"]
        parts.append(alone.context(x, mask))
    torch.testing.assert_close(both.context(x, mask)[mask], (parts[0] + parts[1])[mask])


def test_the_global_branch_alone_says_the_same_of_every_token(streams: Any, moved: Any) -> None:
    (x,), mask = streams(1)
    attention = moved(MSCAM(8, branches="global")).attention(x, mask)
    assert torch.equal(attention[3][mask[3]], attention[3, :1].expand(6, 8))
    assert not bool(attention[~mask].any())


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("normalisation", ["none", "layer", "batch"])
def test_a_kernel_of_three_is_a_convolution_of_each_sentence_by_itself(
    training: bool, normalisation: Any, streams: Any, moved: Any
) -> None:
    (x,), mask = streams(1)
    branch = moved(Branch(8, 2, normalisation, kernel=3)).train(training)
    kernels = [layer.weight.view(layer.out_features, 3, -1).transpose(1, 2)
               for layer in (branch[0], branch[3])]  # as torch's conv1d has them: (out, in, 3)

    def convolved(sentences: list[torch.Tensor], number: int) -> list[torch.Tensor]:
        bias = branch[(0, 3)[number]].bias
        return [F.conv1d(rows.T.unsqueeze(0), kernels[number], bias, padding=1)[0].T for rows in sentences]

    def normed(sentences: list[torch.Tensor], number: int) -> list[torch.Tensor]:
        return list(branch[(1, 4)[number]](torch.cat(sentences)).split([len(rows) for rows in sentences]))

    sentences = [x[row][real] for row, real in enumerate(mask) if bool(real.any())]
    hidden = [rows.relu() for rows in normed(convolved(sentences, 0), 0)]
    expected = torch.cat(normed(convolved(hidden, 1), 1))
    torch.testing.assert_close(branch.over_positions(x, mask)[mask], expected)


def test_without_norms_a_branch_has_maps_alone() -> None:
    assert {name for name, _ in Branch(8, 2, "none").named_parameters()} == {
        "0.weight", "0.bias", "3.weight", "3.bias"}


def test_one_convolution_a_branch_does_not_squeeze() -> None:
    branch = Branch(8, 4, "batch", convolutions=1)
    assert [type(layer).__name__ for layer in branch] == ["Linear", "RealBatchNorm"]
    assert branch[0].weight.shape == (8, 8)
    assert branch.last_norm is branch[1]
