"""The head interface: a head reads the fused state and nothing else; chosen by the label space's kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal

from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from sprachbund.batching.batch import Batch
from sprachbund.core.config import Config
from sprachbund.core.registry import Registry
from sprachbund.data.labels import Kind
from sprachbund.models.classifier import cross_entropy, labels_of

Normalisation = Literal["none", "layer"]


class HeadConfig(Config):
    """What a head is made of."""

    type: Literal["token_labels", "sequence_label", "span", "joint", "choice"]
    n_labels: int = Field(ge=1)
    dropout: float = Field(0.1, ge=0, lt=1)
    """Dropout on what the head reads, in training."""
    pooling: Literal["first", "mean"] = "first"
    """What is read of a whole row: the first piece ([CLS], <s>) or the mean over real pieces."""
    normalisation: Normalisation = "none"
    """layer: what the head reads is brought to mean 0 and deviation 1 over its channels first, with a scale and a
    shift learnt (a layer norm)."""
    n_intents: int = Field(1, ge=1)
    """Joint head only: how many of the labels, the last ones, are those of whole rows."""
    intent_weight: float = Field(1.0, gt=0)
    """Joint head only: weight of the rows' loss beside that of the words."""


class Head(nn.Module, ABC):
    """The fused state to logits.

    Args:
        config: what it is made of.
        width: E.
    """

    name: ClassVar[str]
    version: ClassVar[int]

    def __init__(self, config: HeadConfig, width: int) -> None:
        super().__init__()
        self.config = config
        self.width = width

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
            word_positions: flat indices `row * positions + position` (token head), -1 - row for a whole row (joint
                head); None gives logits at every position, (batch * positions, labels), of a joint head with those
                of the rows after them.

        Returns:
            (words, labels) for the token, span and joint heads, (batch, labels) for the sequence head,
            (batch, 1) for the choice head.
        """

    def loss(self, logits: Float[Tensor, "outputs labels"], batch: Batch) -> Float[Tensor, ""]:
        """Mean cross entropy over the labelled outputs of a batch; 0 where nothing is labelled.

        Raises:
            ValueError: a batch without labels.
        """
        return cross_entropy(logits, labels_of(batch))


HEADS = Registry(
    "head",
    "sprachbund.heads",
    {
        "token_labels": "sprachbund.models.heads.token_labels:TokenLabels",
        "sequence_label": "sprachbund.models.heads.sequence_label:SequenceLabel",
        "span": "sprachbund.models.heads.span:Span",
        "joint": "sprachbund.models.heads.joint:Joint",
        "choice": "sprachbund.models.heads.choice:Choice",
    },
)
BY_KIND: Mapping[Kind, Literal["token_labels", "sequence_label", "span", "joint", "choice"]] = {
    "tokens": "token_labels", "sequence": "sequence_label", "span": "span", "joint": "joint", "choice": "choice",
}
"""The head of each kind of label space."""


def build_head(config: HeadConfig, width: int) -> Head:
    """Build the head that a config names."""
    head: Head = HEADS.load(config.type).value(config, width)
    return head


def normalised(config: HeadConfig, width: int) -> nn.Module:
    """What stands before dropout and readout: a layer norm, or nothing."""
    return nn.LayerNorm(width) if config.normalisation == "layer" else nn.Identity()


def readout(width: int, n_labels: int) -> nn.Linear:
    """The linear layer of a head, initialised as BERT does: normal with deviation 0.02, bias 0."""
    linear = nn.Linear(width, n_labels)
    nn.init.normal_(linear.weight, std=0.02)
    nn.init.zeros_(linear.bias)
    return linear
