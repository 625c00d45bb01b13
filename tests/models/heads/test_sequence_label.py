"""Labels of texts."""

from __future__ import annotations

import pytest
import torch

from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.heads.sequence_label import SequenceLabel

MASK = torch.tensor([[True, True, False, False], [False, True, True, True], [False, False, False, False]])


def head(pooling: str) -> SequenceLabel:
    return SequenceLabel(HeadConfig(type="sequence_label", n_labels=3, pooling=pooling), 8).eval()


def test_first_real_piece_whichever_side_is_padded() -> None:
    state = torch.randn(3, 4, 8)
    torch.testing.assert_close(head("first").pool(state, MASK)[:2], torch.stack([state[0, 0], state[1, 1]]))


def test_mean_over_real_pieces() -> None:
    state = torch.randn(3, 4, 8)
    pooled = head("mean").pool(state, MASK)
    torch.testing.assert_close(pooled[0], state[0, :2].mean(0))
    torch.testing.assert_close(pooled[1], state[1, 1:].mean(0))
    assert not bool(pooled[2].any())


@pytest.mark.parametrize("pooling", ["first", "mean"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_padding_changes_nothing(pooling: str, dtype: torch.dtype) -> None:
    made = head(pooling).to(dtype)
    state = torch.randn(3, 4, 8).to(dtype)
    other = state.masked_fill(~MASK.unsqueeze(2), float("nan"))
    logits = made(state, MASK)
    assert logits.shape == (3, 3)
    assert logits.dtype == dtype
    assert bool(logits.isfinite().all())
    assert torch.equal(logits[:2], made(other, MASK)[:2])


def test_the_mean_of_many_pieces_is_summed_in_single_precision() -> None:
    state = torch.ones(1, 1000, 8, dtype=torch.bfloat16)  # in bfloat16 a running sum of ones stops at 256
    assert float(head("mean").pool(state, torch.ones(1, 1000, dtype=torch.bool))[0, 0]) == 1.0
