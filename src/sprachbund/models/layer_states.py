"""Every layer's state of a batch and, of a whole model, the fused state: what probes look at, from one encoder pass."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from sprachbund.batching.batch import Batch
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.fusion.fusion import Fusion
from sprachbund.results.probe_findings import FUSED


class LayerStates(nn.Module):
    """An encoder with all its layers read and, where there is one, the fusion above it.

    Args:
        encoder: of any kind.
        fusion: of a trained model, else None.
        layers: what the fusion is given, in its order (`TransferModel.layers`).
        fused_only: give the fused state alone; there must be a fusion then.

    Attributes:
        names: "0" for the embeddings, "1" to "N" for the layers, and "fused" if there is a fusion, as far as they
            are chosen; the order in which `forward` gives the states.
        read: layers that the encoder is asked for.
    """

    def __init__(
        self, encoder: Encoder, fusion: Fusion | None = None, layers: Sequence[int] = (), *, fused_only: bool = False
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.fusion = fusion
        self.layers = tuple(layers)
        self._given = () if fused_only else tuple(range(encoder.n_layers + 1))
        self.names = (*map(str, self._given), *((FUSED,) if fusion is not None else ()))

    def forward(self, batch: Batch) -> list[Float[Tensor, "batch positions width"]]:
        """All states of a batch; what stands at padded positions means nothing."""
        encoder: Encoder = self.encoder
        found = encoder(batch.piece_ids, batch.mask, sorted({*self._given, *self.layers}), batch.type_ids)
        states: list[Tensor] = found.select(self._given)
        if self.fusion is not None:
            states.append(self.fusion(found.select(self.layers), batch.mask))
        return states
