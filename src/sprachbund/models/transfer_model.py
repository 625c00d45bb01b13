"""The model, read this first: encoder -> chosen layers -> fusion -> head.

    pieces (B, T) --encoder--> states of the layers that the fusion wants, each (B, T, E)
                  --fusion---> one state (B, T, E)
                  --head-----> logits: (words, labels) at the pieces that stand for words, or (B, labels),
                               or (words, 2) for start and end at the pieces where an answer may lie,
                               or (B, 1), how right each choice is

The encoder stops at the highest layer asked for and keeps only the layers asked for. The fusion sees
states and mask, never the encoder; the head sees the fused state and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.models.classifier import Classifier
from sprachbund.models.dropout_stream import DropoutStream
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.fusion.fusion import Fusion, FusionConfig, build_fusion
from sprachbund.models.heads.head import Head, HeadConfig, build_head
from sprachbund.models.taps import HiddenStates


class TransferModel(Classifier):
    """An encoder, a fusion of some of its layers, and a head.

    Args:
        encoder: yields states.
        fusion: its config says which layers it wants.
        head: reads the fused state.

    Attributes:
        layers: the layers asked of the encoder, in the order in which they reach the fusion.

    Raises:
        ModelError: the fusion wants a layer that the encoder does not have.
    """

    def __init__(self, encoder: Encoder, fusion: Fusion, head: Head) -> None:
        super().__init__()
        self.layers = fusion.config.streams(encoder.n_layers)
        self.encoder = encoder
        self.fusion = fusion
        self.head = head

    def fused(
        self,
        piece_ids: Int[Tensor, "batch positions"],
        mask: Bool[Tensor, "batch positions"],
        type_ids: Int[Tensor, "batch positions"] | None = None,
    ) -> Float[Tensor, "batch positions width"]:
        """The state that the head reads."""
        states = self.encoder(piece_ids, mask, self.layers, type_ids)
        fused: Tensor = self.fusion(states.select(self.layers), mask)
        return fused

    def states(
        self, batch: Batch, stream: DropoutStream | None = None
    ) -> list[Float[Tensor, "batch positions width"]]:
        """What the fusion gets of a batch: the encoder's states, in the order of `layers`.

        Args:
            batch: pieces, mask and segments are read.
            stream: of dropout masks, where the encoder takes one.
        """
        options = {} if stream is None else {"stream": stream}
        states = self.encoder(batch.piece_ids, batch.mask, self.layers, batch.type_ids, **options)
        return cast("HiddenStates", states).select(self.layers)

    def forward(
        self, batch: Batch, states: Sequence[Float[Tensor, "batch positions width"]] | None = None
    ) -> Float[Tensor, "outputs labels"]:
        """Logits of every word (token head) or row (sequence head).

        Args:
            batch: what is labelled.
            states: as `states` gives them, where they are there already.
        """
        fused = self.fusion(self.states(batch) if states is None else states, batch.mask)
        logits: Tensor = self.head(fused, batch.mask, batch.word_positions)
        return logits

    def loss(
        self, batch: Batch, states: Sequence[Float[Tensor, "batch positions width"]] | None = None
    ) -> Float[Tensor, ""]:
        """See `Classifier.loss`; `states` as in `forward`."""
        loss: Tensor = self.head.loss(self(batch, states), batch)
        return loss


def build_transfer_model(
    encoder: Encoder, fusion_config: FusionConfig, head_config: HeadConfig, seed: int
) -> TransferModel:
    """Put a new fusion and a new head on an encoder.

    Args:
        encoder: taken as it is; its weights are not touched.
        fusion_config: which fusion, of which layers.
        head_config: which head.
        seed: of the new weights: the same seed gives the same ones, and the global random state is
            left as it was.

    Raises:
        ModelError: the fusion wants a layer that the encoder does not have.
        RegistryError: nobody registers the fusion.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        fusion = build_fusion(fusion_config, encoder.width, n_layers=encoder.n_layers)
        head = build_head(head_config, encoder.width)
    return TransferModel(encoder, fusion, head)
