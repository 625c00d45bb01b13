"""Slots of words and intents of rows in one matrix of logits."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from sprachbund.batching.batch import Batch
from sprachbund.models.heads.head import HeadConfig, build_head
from sprachbund.models.heads.joint import Joint

CONFIG = HeadConfig(type="joint", n_labels=5, n_intents=2, dropout=0.0)
MASK = torch.tensor([[True] * 4, [True] * 3 + [False]])
LOWEST = torch.finfo(torch.float32).min


def _batch(word_positions: list[int], labels: list[int] | None) -> Batch:
    return Batch(
        piece_ids=torch.zeros(2, 4, dtype=torch.long), mask=MASK, type_ids=None,
        word_positions=torch.tensor(word_positions), labels=None if labels is None else torch.tensor(labels),
        windows=torch.arange(2), words=torch.arange(len(word_positions)),
    )


@pytest.mark.parametrize("pooling", ["first", "mean"])
def test_a_row_is_read_as_a_whole_and_a_word_at_its_place(pooling: str) -> None:
    head = build_head(CONFIG.model_copy(update={"pooling": pooling}), 8).eval()
    assert isinstance(head, Joint)
    state = torch.randn(2, 4, 8)
    logits = head(state, MASK, torch.tensor([-2, 5, -1, 3]))
    torch.testing.assert_close(logits[[1, 3], :3], head.slots(state.flatten(0, 1)[[5, 3]]))
    rows = state[:, 0] if pooling == "first" else torch.stack([state[0].mean(0), state[1, :3].mean(0)])
    torch.testing.assert_close(logits[[0, 2], 3:], head.intents(rows)[[1, 0]])
    assert (logits[[1, 3], 3:] == LOWEST).all()
    assert (logits[[0, 2], :3] == LOWEST).all()
    probabilities = torch.softmax(logits, dim=1)
    assert probabilities.isfinite().all()
    torch.testing.assert_close(probabilities[0, 3:], torch.softmax(logits[0, 3:], dim=0))


def test_everything_is_read_where_nobody_says_what() -> None:
    head = build_head(CONFIG, 8).eval()
    state = torch.randn(2, 4, 8)
    torch.testing.assert_close(head(state, MASK, None), head(state, MASK, torch.tensor([*range(8), -1, -2])))


@pytest.mark.parametrize("weight", [1.0, 2.5])
def test_the_loss_is_that_of_words_and_weighed_that_of_rows(weight: float) -> None:
    head = build_head(CONFIG.model_copy(update={"intent_weight": weight}), 8)
    batch = _batch([-1, 1, 2, -2, 5], [4, 0, 2, 3, -100])
    state = torch.randn(2, 4, 8, requires_grad=True)
    logits = head(state, MASK, batch.word_positions)
    slots = F.cross_entropy(logits[[1, 2], :3], torch.tensor([0, 2]))
    intents = F.cross_entropy(logits[[0, 3], 3:], torch.tensor([1, 0]))
    loss = head.loss(logits, batch)
    torch.testing.assert_close(loss, slots + weight * intents)
    loss.backward()
    assert state.grad is not None
    assert state.grad.isfinite().all()


def test_a_batch_without_intents_has_the_loss_of_its_slots_alone() -> None:
    head = build_head(CONFIG, 8)
    logits = head(torch.randn(2, 4, 8), MASK, torch.tensor([1, 5]))
    torch.testing.assert_close(head.loss(logits, _batch([1, 5], [0, 1])),
                               F.cross_entropy(logits[:, :3], torch.tensor([0, 1])))


def test_labels_that_are_all_intents_are_refused() -> None:
    with pytest.raises(ValueError, match="of 2 labels 2 are intents: none is left for words"):
        build_head(HeadConfig(type="joint", n_labels=2, n_intents=2), 8)
