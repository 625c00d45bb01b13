"""Two labellings of one state: a label for each word (slots) and one for the whole sentence (its intent).

The joint model of Chen et al. 2019 (1902.10909, section 3.2): the intent is read from the first piece, the slot of
a word from the piece that stands for it, each by a linear layer of its own; both losses train the encoder at once.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from sprachbund.batching.batch import Batch
from sprachbund.data.labels import IGNORED
from sprachbund.models.classifier import cross_entropy, labels_of
from sprachbund.models.heads.head import Head, HeadConfig, normalised, readout
from sprachbund.models.heads.sequence_label import pool


class Joint(Head):
    """Logits at words and of whole rows, in one matrix.

    A word's logits of intents, and a row's logits of slots, are the lowest number there is, so that one softmax over
    all labels is one over the labels in question.

    Args:
        config: the last `n_intents` of its labels are intents; `pooling` says what of a row is read for them;
            `intent_weight` weighs their loss.
        width: E.

    Raises:
        ValueError: no label is left for the words.
    """

    name: ClassVar[str] = "joint"
    version: ClassVar[int] = 1

    def __init__(self, config: HeadConfig, width: int) -> None:
        super().__init__(config, width)
        self.n_slots = config.n_labels - config.n_intents
        if self.n_slots < 1:
            raise ValueError(f"of {config.n_labels} labels {config.n_intents} are intents: none is left for words")
        self.norm = normalised(config, width)
        self.dropout = nn.Dropout(config.dropout)
        self.slots = readout(width, self.n_slots)
        self.intents = readout(width, config.n_intents)

    def forward(
        self,
        state: Float[Tensor, "batch positions width"],
        mask: Bool[Tensor, "batch positions"],
        word_positions: Int[Tensor, " words"] | None,
    ) -> Float[Tensor, "outputs labels"]:
        """Read every word, or, where its position is -1 - row, that whole row; None: every position, then every row."""
        rows, positions = mask.shape
        if word_positions is None:
            word_positions = torch.cat([torch.arange(rows * positions, device=state.device),
                                        -1 - torch.arange(rows, device=state.device)])
        pieces = state.flatten(0, 1).index_select(0, word_positions.clamp(min=0))
        slots = self.slots(self.dropout(self.norm(pieces)))
        intents = self.intents(self.dropout(self.norm(pool(state, mask, self.config.pooling))))
        intents = intents.index_select(0, (-1 - word_positions).clamp(min=0))
        whole, lowest = (word_positions < 0).unsqueeze(1), torch.finfo(slots.dtype).min
        return torch.cat([slots.masked_fill(whole, lowest), intents.masked_fill(~whole, lowest)], dim=1)

    def loss(self, logits: Float[Tensor, "outputs labels"], batch: Batch) -> Float[Tensor, ""]:
        """Mean cross entropy of the words, plus `intent_weight` times that of the sentences.

        With equal weights it is what Chen et al. minimise, but for their sum over words where this takes a mean, so
        that the weight means the same for short and long sentences.
        """
        labels = labels_of(batch)
        whole = labels >= self.n_slots
        words = cross_entropy(logits, labels.masked_fill(whole, IGNORED))
        return words + self.config.intent_weight * cross_entropy(logits, labels.masked_fill(~whole, IGNORED))
