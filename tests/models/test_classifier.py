"""The loss."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.models.classifier import Classifier, cross_entropy


class Fixed(Classifier):
    """Gives the logits it was made with."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.logits = torch.nn.Parameter(logits)

    def forward(self, batch: Batch) -> Tensor:
        return self.logits


def batch(labels: list[int] | None) -> Batch:
    empty = torch.zeros(0, dtype=torch.long)
    return Batch(
        piece_ids=torch.zeros(1, 1, dtype=torch.long), mask=torch.ones(1, 1, dtype=torch.bool), type_ids=None,
        word_positions=empty, labels=None if labels is None else torch.tensor(labels), windows=empty, words=empty,
    )


def test_mean_over_labelled_outputs() -> None:
    model = Fixed(torch.tensor([[0.0, 0.0], [9.0, -9.0], [0.0, torch.log(torch.tensor(3.0)).item()]]))
    loss = model.loss(batch([1, -100, 1]))
    assert loss.item() == pytest.approx((torch.log(torch.tensor(2.0)) + torch.log(torch.tensor(4 / 3))).item() / 2)


def test_no_label_gives_zero_with_a_gradient() -> None:
    model = Fixed(torch.randn(2, 3))
    loss = model.loss(batch([-100, -100]))
    loss.backward()
    assert loss.item() == 0.0
    assert model.logits.grad is not None
    assert not bool(model.logits.grad.any())
    empty = cross_entropy(torch.zeros(0, 3, requires_grad=True), torch.zeros(0, dtype=torch.long))
    assert empty.item() == 0.0


def test_half_precision_logits_are_scored_in_single_precision() -> None:
    logits = torch.randn(50, 7, generator=torch.Generator().manual_seed(0)).bfloat16()
    labels = torch.arange(50) % 7
    loss = cross_entropy(logits, labels)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, cross_entropy(logits.double(), labels), check_dtype=False)


def test_a_batch_for_prediction_has_no_loss() -> None:
    with pytest.raises(ValueError, match="made for prediction has no labels"):
        Fixed(torch.randn(1, 2)).loss(batch(None))
