"""The head interface: a head reads the fused state and nothing else; chosen by the label space's kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from sprachbund.core.config import Config
from sprachbund.core.registry import Registry


class HeadConfig(Config):
    """What a head is made of."""

    type: Literal["token_labels", "sequence_label"]
    n_labels: int
    dropout: float = 0.1
    """Dropout on what the head reads, in training."""
    pooling: Literal["first", "mean"] = "first"
    """Sequence head only: the first piece ([CLS], <s>) or the mean over real pieces."""


class Head(nn.Module, ABC):
    """The fused state to logits."""

    name: ClassVar[str]
    version: ClassVar[int]

    @abstractmethod
    def forward(
        self,
        state: Float[Tensor, "batch positions width"],
        mask: Bool[Tensor, "batch positions"],
        word_positions: Int[Tensor, " words"] | None,
    ) -> Float[Tensor, "outputs labels"]:
        """Read the state.

        Args:
            state: the fused state.
            mask: True at real pieces.
            word_positions: flat indices `row * positions + position` (token head); None gives
                logits at every position, (batch * positions, labels).

        Returns:
            (words, labels) for the token head, (batch, labels) for the sequence head.
        """


HEADS = Registry(
    "head",
    "sprachbund.heads",
    {
        "token_labels": "sprachbund.models.heads.token_labels:TokenLabels",
        "sequence_label": "sprachbund.models.heads.sequence_label:SequenceLabel",
    },
)
