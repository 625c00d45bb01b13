"""Where an answer starts and ends: a norm if asked for, dropout and a linear layer at the places it may do so.

BERT's head for SQuAD (Devlin et al. 2019, section 4.2): two logits a piece, one softmax over the places of a window
for the start and one for the end. The first place of a window stands for "no answer here".
"""

from __future__ import annotations

from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.data.labels import IGNORED
from sprachbund.models.classifier import cross_entropy, labels_of
from sprachbund.models.heads.token_labels import TokenLabels

_START, _END, _BOTH = range(3)  # labels of a batch, see `Batch.labels`


class Span(TokenLabels):
    """Logits for start and end, (words, 2), at `word_positions`."""

    name: ClassVar[str] = "span"
    version: ClassVar[int] = 1

    def loss(self, logits: Float[Tensor, "outputs labels"], batch: Batch) -> Float[Tensor, ""]:
        """Mean of the cross entropies of start and end, each over the windows that have a gold span."""
        labels = labels_of(batch)
        rows, positions = batch.mask.shape
        lowest = torch.finfo(torch.float32).min
        places = torch.full((rows * positions, 2), lowest, device=logits.device)
        places = places.index_copy(0, batch.word_positions, logits.float()).view(rows, positions, 2)
        losses = [
            cross_entropy(places[:, :, side], self._gold(batch, (labels == label) | (labels == _BOTH)))
            for side, label in enumerate((_START, _END))
        ]
        return (losses[0] + losses[1]) / 2

    @staticmethod
    def _gold(batch: Batch, chosen: Tensor) -> Int[Tensor, " batch"]:
        """The position of the chosen place of each row, -100 where there is none."""
        rows, positions = batch.mask.shape
        gold = torch.full((rows,), IGNORED, dtype=torch.long, device=chosen.device)
        places = batch.word_positions[chosen]
        gold[places // positions] = places % positions
        return gold
