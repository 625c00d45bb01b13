"""A label for a text or a pair of texts: pooling, a norm if asked for, dropout, a linear layer.

BERT's own head has one more dense layer with tanh (the pooler, pre-trained on next-sentence prediction)
between the first piece and the classifier. It is left out: encoders without that training lack
it, and it would stand between the fusion and the labels in some encoders only.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from sprachbund.models.heads.head import Head, HeadConfig, normalised, readout


class SequenceLabel(Head):
    """Logits for each row.

    Args:
        config: `pooling` "first" reads the first real piece ([CLS], <s>; of use only where
            that piece sees the whole text), "mean" the mean over the real pieces (also for decoder models).
        width: E.
    """

    name: ClassVar[str] = "sequence_label"
    version: ClassVar[int] = 1

    def __init__(self, config: HeadConfig, width: int) -> None:
        super().__init__(config, width)
        self.norm = normalised(config, width)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = readout(width, config.n_labels)

    def forward(
        self,
        state: Float[Tensor, "batch positions width"],
        mask: Bool[Tensor, "batch positions"],
        word_positions: Int[Tensor, " words"] | None = None,
    ) -> Float[Tensor, "outputs labels"]:
        """Pool every row and classify it; a row that is all padding gives numbers."""
        logits: Tensor = self.classifier(self.dropout(self.norm(self.pool(state, mask))))
        return logits

    def pool(
        self, state: Float[Tensor, "batch positions width"], mask: Bool[Tensor, "batch positions"]
    ) -> Float[Tensor, "batch width"]:
        """One vector a row, from real pieces only."""
        return pool(state, mask, self.config.pooling)


def pool(
    state: Float[Tensor, "batch positions width"], mask: Bool[Tensor, "batch positions"], pooling: str
) -> Float[Tensor, "batch width"]:
    """One vector a row, from real pieces only: the "first", or their "mean"."""
    if pooling == "first":
        first = mask.int().argmax(1)
        return state[torch.arange(state.shape[0], device=state.device), first]
    exact = torch.promote_types(state.dtype, torch.float32)
    total = state.masked_fill(~mask.unsqueeze(2), 0).sum(1, dtype=exact)
    return (total / mask.sum(1).clamp(min=1).unsqueeze(1)).to(state.dtype)
