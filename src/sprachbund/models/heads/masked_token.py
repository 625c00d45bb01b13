"""Which piece stood at a hidden place: a transform, and the encoder's own embedding matrix read backwards.

BERT's head (Devlin et al. 2019; a dense layer, an activation, a layer norm, then the embeddings as output matrix with
a bias for each piece), read at hidden places only. The matrix belongs to the encoder; the head looks it up, so that
what is done to it (vocabulary trimming) is done for both. The softmax is over the output vocabulary only: its rows all
move at every step, and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from sprachbund.batching.batch import Batch
from sprachbund.models.classifier import cross_entropy, labels_of
from sprachbund.models.heads.head import Head, HeadConfig

_ABSENT = -1


class MaskedToken(Head):
    """Logits over the output vocabulary.

    Args:
        embedding: the encoder's embedding of pieces.
        width: E of the encoder's states.
        rows: (pieces,) ids of the output vocabulary, ascending.
        activation: of the transform.
        epsilon: of its layer norm.

    Attributes:
        dense, norm: the transform, to the embedding's width.
        bias: (rows of the embedding,) of each piece.
    """

    name: ClassVar[str] = "masked_token"
    version: ClassVar[int] = 1
    rows: Tensor
    numbers: Tensor

    def __init__(
        self, embedding: nn.Embedding, width: int, rows: Int[Tensor, " pieces"], *,
        activation: Callable[[Tensor], Tensor] = F.gelu, epsilon: float = 1e-12,
    ) -> None:
        super().__init__(HeadConfig(type="token_labels", n_labels=len(rows), dropout=0.0), width)
        inner = embedding.embedding_dim
        self.dense = nn.Linear(width, inner)
        nn.init.normal_(self.dense.weight, std=0.02)
        nn.init.zeros_(self.dense.bias)
        self.norm = nn.LayerNorm(inner, eps=epsilon)
        self.bias = nn.Parameter(torch.zeros(embedding.num_embeddings))
        self._activation = activation
        self._tied = (embedding,)  # in a tuple: it is the encoder's part, not the head's
        numbers = torch.full((embedding.num_embeddings,), _ABSENT)
        numbers[rows] = torch.arange(len(rows))
        self.register_buffer("rows", rows, persistent=False)
        self.register_buffer("numbers", numbers, persistent=False)

    def forward(
        self,
        state: Float[Tensor, "batch positions width"],
        mask: Bool[Tensor, "batch positions"],
        word_positions: Int[Tensor, " words"] | None,
    ) -> Float[Tensor, "outputs labels"]:
        """Logits of every piece of the output vocabulary at hidden places."""
        pieces = state.flatten(0, 1)
        if word_positions is not None:
            pieces = pieces.index_select(0, word_positions)
        hidden = self.norm(self._activation(self.dense(pieces)))
        return F.linear(hidden, self._matrix(), self.bias.index_select(0, self.rows))

    def loss(self, logits: Float[Tensor, "outputs labels"], batch: Batch) -> Float[Tensor, ""]:
        """Mean cross entropy over the hidden places of a batch; its labels are ids."""
        return cross_entropy(logits, self.targets(batch))

    def targets(self, batch: Batch) -> Int[Tensor, " outputs"]:
        """Where in the output vocabulary the pieces stand that have to be found.

        Raises:
            ValueError: a piece that it does not hold.
        """
        targets: Tensor = self.numbers[labels_of(batch)]
        if bool((targets == _ABSENT).any()):
            raise ValueError("a piece to be found is not in the output vocabulary")
        return targets

    def _matrix(self) -> Tensor:
        """Rows of the output vocabulary; a trimmed matrix holds these and no others."""
        weight, rows = self._tied[0].weight, self.rows
        return weight if weight.shape[0] == len(rows) else weight.index_select(0, rows)
