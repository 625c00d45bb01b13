"""How right choices are."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from sprachbund.batching.batch import Batch
from sprachbund.models.heads.choice import Choice
from sprachbund.models.heads.head import HeadConfig, build_head

CONFIG = HeadConfig(type="choice", n_labels=1, dropout=0.0)


def _batch(examples: list[int], labels: list[int] | None) -> Batch:
    rows = len(examples)
    return Batch(
        piece_ids=torch.zeros(rows, 4, dtype=torch.long), mask=torch.ones(rows, 4, dtype=torch.bool), type_ids=None,
        word_positions=torch.zeros(0, dtype=torch.long), labels=None if labels is None else torch.tensor(labels),
        windows=torch.arange(rows), words=torch.tensor(examples),
    )


def test_the_loss_is_a_softmax_over_the_choices_of_each_example() -> None:
    head = build_head(CONFIG, 8)
    assert isinstance(head, Choice)
    logits = torch.tensor([[0.0], [2.0], [1.0], [4.0], [0.5]], requires_grad=True)
    loss = head.loss(logits, _batch([7, 7, 7, 2, 2], [0, 0, 1, 1, 0]))
    first = math.log(sum(map(math.exp, (0, 2, 1)))) - 1
    second = math.log(sum(map(math.exp, (4, 0.5)))) - 4
    torch.testing.assert_close(loss, torch.tensor((first + second) / 2))
    loss.backward()
    assert logits.grad is not None
    torch.testing.assert_close(logits.grad[:3].sum(), torch.tensor(0.0), atol=1e-6, rtol=0)


def test_examples_without_a_right_choice_are_left_out_and_alone_give_zero() -> None:
    head = build_head(CONFIG, 8)
    logits = torch.randn(5, 1, requires_grad=True)
    both = head.loss(logits, _batch([0, 0, 1, 1, 1], [0, 1, -100, -100, -100]))
    torch.testing.assert_close(both, head.loss(logits[:2], _batch([0, 0], [0, 1])))
    nothing = head.loss(logits, _batch([0, 0, 1, 1, 1], [-100] * 5))
    nothing.backward()
    assert nothing == 0
    assert logits.grad is not None
    assert not logits.grad.any()
    with pytest.raises(ValueError, match="made for prediction has no labels"):
        head.loss(logits, _batch([0, 0, 1, 1, 1], None))


@settings(deadline=None)
@given(st.lists(st.integers(2, 5), min_size=1, max_size=6), st.integers(0, 99))
def test_it_is_the_mean_of_torchs_own_cross_entropies(counts: list[int], seed: int) -> None:
    torch.manual_seed(seed)
    head = build_head(CONFIG, 8)
    scores = [torch.randn(count) * 5 for count in counts]
    right = [seed % count for count in counts]
    labels = [int(place == gold) for count, gold in zip(counts, right, strict=True) for place in range(count)]
    examples = [number for number, count in enumerate(counts) for _ in range(count)]
    loss = head.loss(torch.cat(scores).unsqueeze(1), _batch(examples, labels))
    each = [F.cross_entropy(one, torch.tensor(gold)) for one, gold in zip(scores, right, strict=True)]
    torch.testing.assert_close(loss, torch.stack(each).mean())


def test_one_logit_a_row_whatever_the_pooling() -> None:
    state, mask = torch.randn(3, 4, 8), torch.ones(3, 4, dtype=torch.bool)
    for pooling in ("first", "mean"):
        head = build_head(CONFIG.model_copy(update={"pooling": pooling}), 8)
        assert head(state, mask, None).shape == (3, 1)
