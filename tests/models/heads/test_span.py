"""Starts and ends of answers."""

from __future__ import annotations

import math

import torch

from sprachbund.batching.batch import Batch
from sprachbund.models.heads.head import HeadConfig, build_head
from sprachbund.models.heads.span import Span

CONFIG = HeadConfig(type="span", n_labels=2, dropout=0.0)


def _batch(word_positions: list[int], labels: list[int] | None) -> Batch:
    mask = torch.tensor([[True] * 4, [True] * 3 + [False]])
    return Batch(
        piece_ids=torch.zeros(2, 4, dtype=torch.long), mask=mask, type_ids=None,
        word_positions=torch.tensor(word_positions), labels=None if labels is None else torch.tensor(labels),
        windows=torch.arange(2), words=torch.arange(len(word_positions)),
    )


def test_the_loss_is_the_mean_of_two_softmaxes_over_the_places_of_each_row() -> None:
    head = build_head(CONFIG, 8)
    assert isinstance(head, Span)
    logits = torch.tensor([[0.0, 1.0], [2.0, 0.0], [1.0, 3.0], [0.5, 0.5], [4.0, 0.0]], requires_grad=True)
    # row 0 has the places 0, 2, 3: the answer is 2 to 3; row 1 the places 0 and 1: no answer
    loss = head.loss(logits, _batch([0, 2, 3, 4, 5], [-100, 0, 1, 2, -100]))
    starts = math.log(sum(map(math.exp, (0, 2, 1)))) - 2, math.log(sum(map(math.exp, (0.5, 4)))) - 0.5
    ends = math.log(sum(map(math.exp, (1, 0, 3)))) - 3, math.log(sum(map(math.exp, (0.5, 0)))) - 0.5
    torch.testing.assert_close(loss, torch.tensor((sum(starts) / 2 + sum(ends) / 2) / 2))
    loss.backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_rows_without_a_gold_span_are_left_out_and_alone_give_zero() -> None:
    head = build_head(CONFIG, 8)
    logits = torch.randn(4, 2, requires_grad=True)
    both = head.loss(logits, _batch([0, 1, 4, 5], [-100, 2, -100, -100]))
    alone = head.loss(logits[:2], _batch([0, 1], [-100, 2]))
    torch.testing.assert_close(both, alone)
    nothing = head.loss(logits, _batch([0, 1, 4, 5], [-100] * 4))
    nothing.backward()
    assert nothing == 0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_logits_stand_at_the_places_in_order() -> None:
    head = build_head(CONFIG, 8).eval()
    state, mask = torch.randn(2, 4, 8), torch.ones(2, 4, dtype=torch.bool)
    every = head(state, mask, None)
    assert every.shape == (8, 2)
    torch.testing.assert_close(head(state, mask, torch.tensor([6, 1])), every[[6, 1]])
