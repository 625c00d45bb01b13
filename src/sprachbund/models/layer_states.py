"""Every layer's state of a batch and, of a whole model, the fused state: what probes look at, from one encoder pass."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from sprachbund.batching.batch import Batch
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.fusion.fusion import Fusion

FUSED = "fused"
"""Name of the state that the head reads."""


class LayerStates(nn.Module):
    """An encoder with all its layers read and, where there is one, the fusion above it.

    Args:
        encoder: of any kind.
        fusion: of a trained model, else None.
        layers: what the fusion is given, in its order (`TransferModel.layers`).

    Attributes:
        names: "0" for the embeddings, "1" to "N" for the layers, and "fused" if there is a fusion; the order in
            which `forward` gives the states.
    """

    def __init__(self, encoder: Encoder, fusion: Fusion | None = None, layers: Sequence[int] = ()) -> None:
        super().__init__()
        self.encoder = encoder
        self.fusion = fusion
        self.layers = tuple(layers)
        self.names = (*map(str, range(encoder.n_layers + 1)), *((FUSED,) if fusion is not None else ()))

    def forward(self, batch: Batch) -> list[Float[Tensor, "batch positions width"]]:
        """All states of a batch; what stands at padded positions means nothing."""
        encoder: Encoder = self.encoder
        found = encoder(batch.piece_ids, batch.mask, range(encoder.n_layers + 1), batch.type_ids)
        states = [found.by_layer[layer] for layer in range(encoder.n_layers + 1)]
        if self.fusion is not None:
            states.append(self.fusion([states[layer] for layer in self.layers], batch.mask))
        return states
