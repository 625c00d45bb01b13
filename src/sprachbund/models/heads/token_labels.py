"""A label for each word: a norm if asked for, dropout and a linear layer at the pieces that stand for words."""

from __future__ import annotations

from typing import ClassVar

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from sprachbund.models.heads.head import Head, HeadConfig, normalised, readout


class TokenLabels(Head):
    """Logits at word positions.

    Args:
        config: its `pooling` has no meaning here.
        width: E.
    """

    name: ClassVar[str] = "token_labels"
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
        word_positions: Int[Tensor, " words"] | None,
    ) -> Float[Tensor, "outputs labels"]:
        """Gather the words first, so that pieces which stand for no word cost nothing."""
        pieces = state.flatten(0, 1)
        if word_positions is not None:
            pieces = pieces.index_select(0, word_positions)
        logits: Tensor = self.classifier(self.dropout(self.norm(pieces)))
        return logits
