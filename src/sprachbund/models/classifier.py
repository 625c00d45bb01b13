"""What training and prediction need of a model: a batch in, logits out, and a loss."""

from __future__ import annotations

from abc import ABC, abstractmethod

from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from sprachbund.batching.batch import Batch
from sprachbund.data.labels import IGNORED


class Classifier(nn.Module, ABC):
    """A model that labels words or texts."""

    @abstractmethod
    def forward(self, batch: Batch) -> Float[Tensor, "outputs labels"]:
        """Logits of every word (token tasks) or row (sequence tasks) of a batch, in the batch's order."""

    def loss(self, batch: Batch) -> Float[Tensor, ""]:
        """Mean cross entropy over the labelled outputs of a batch.

        Raises:
            ValueError: a batch without labels (one made for prediction).
        """
        return cross_entropy(self(batch), labels_of(batch))


def labels_of(batch: Batch) -> Int[Tensor, " outputs"]:
    """The labels of a batch.

    Raises:
        ValueError: it has none (one made for prediction).
    """
    if batch.labels is None:
        raise ValueError("a batch made for prediction has no labels, so it has no loss")
    return batch.labels


def cross_entropy(
    logits: Float[Tensor, "outputs labels"], labels: Int[Tensor, " outputs"]
) -> Float[Tensor, ""]:
    """Mean cross entropy in single precision; outputs labelled -100 are left out.

    If none is left the loss is 0 and still has a gradient (of zeros), so that a batch of nothing but
    unlabelled words does not turn the weights into NaN.
    """
    total = F.cross_entropy(logits.float(), labels, ignore_index=IGNORED, reduction="sum")
    loss: Tensor = total / (labels != IGNORED).sum().clamp(min=1)
    return loss
