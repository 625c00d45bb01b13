"""How right a choice is: pooling, a norm if asked for, dropout, one logit; a softmax over an example's choices.

As for SWAG in Devlin et al. 2019, section 4.4: each choice is read by itself, as the second text of a pair, and the
scores of one example's choices compete. Nothing is learnt of the number of choices, so a model that was trained on
three chooses among two.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.data.labels import IGNORED
from sprachbund.models.classifier import cross_entropy, labels_of
from sprachbund.models.heads.sequence_label import SequenceLabel


class Choice(SequenceLabel):
    """One logit for each row, (batch, 1).

    Args:
        config: `pooling` as for `SequenceLabel`; `n_labels` is 1, as the label space of choices has it.
        width: E.
    """

    name: ClassVar[str] = "choice"
    version: ClassVar[int] = 1

    def loss(self, logits: Float[Tensor, "outputs labels"], batch: Batch) -> Float[Tensor, ""]:
        """Mean over examples of the cross entropy of the right choice; `batch` holds all choices of each example."""
        labels = labels_of(batch)
        _, owners, counts = torch.unique_consecutive(batch.words, return_inverse=True, return_counts=True)
        places = torch.arange(len(owners)) - (counts.cumsum(0) - counts)[owners]
        owners, places = owners.to(logits.device), places.to(logits.device)
        scores = torch.full((len(counts), int(counts.max())), torch.finfo(torch.float32).min, device=logits.device)
        scores = scores.index_put((owners, places), logits.float().squeeze(1))
        gold = torch.full((len(counts),), IGNORED, dtype=torch.long, device=logits.device)
        right = labels == 1
        gold[owners[right]] = places[right]
        return cross_entropy(scores, gold)
