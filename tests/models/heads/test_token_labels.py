"""Labels of words."""

from __future__ import annotations

import torch

from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.heads.token_labels import TokenLabels

CONFIG = HeadConfig(type="token_labels", n_labels=3, dropout=0.5)


def test_words_are_read_at_their_pieces_in_order() -> None:
    head = TokenLabels(CONFIG, 8).eval()
    state, mask = torch.randn(2, 4, 8), torch.ones(2, 4, dtype=torch.bool)
    every = head(state, mask, None)
    assert every.shape == (8, 3)
    torch.testing.assert_close(head(state, mask, torch.tensor([6, 1, 1])), every[[6, 1, 1]])
    assert head(state, mask, torch.tensor([], dtype=torch.long)).shape == (0, 3)


def test_other_pieces_get_no_gradient() -> None:
    head = TokenLabels(CONFIG, 8).eval()
    state = torch.randn(2, 4, 8, requires_grad=True)
    head(state, torch.ones(2, 4, dtype=torch.bool), torch.tensor([5])).sum().backward()
    assert state.grad is not None
    assert state.grad.flatten(0, 1).any(1).nonzero().flatten().tolist() == [5]


def test_dropout_in_training_only() -> None:
    head = TokenLabels(CONFIG, 64)
    state, mask = torch.randn(1, 2, 64), torch.ones(1, 2, dtype=torch.bool)
    assert not torch.equal(head.train()(state, mask, None), head(state, mask, None))
    assert torch.equal(head.eval()(state, mask, None), head(state, mask, None))
