"""Some states of a model from one encoder pass that goes no higher than they need."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.fusion.fusion import Fusion
from sprachbund.models.layer_names import FUSED, check_states
from sprachbund.models.layer_states import LayerStates


class ChosenStates(LayerStates):
    """An encoder of which some layers are read and, where there is one and it is chosen, the fusion above it.

    Args:
        encoder, fusion, layers: as in `LayerStates`.
        chosen: names of the states to give, in any order; None: all.

    Raises:
        ModelError: a state that the model does not have.

    Attributes:
        names: of the states, in the order in which `forward` gives them.
        read: layers that the encoder is asked for.
    """

    def __init__(
        self, encoder: Encoder, fusion: Fusion | None = None, layers: Sequence[int] = (),
        chosen: Sequence[str] | None = None,
    ) -> None:
        super().__init__(encoder, fusion, layers)
        self.names = check_states(chosen, encoder.n_layers, fused=fusion is not None)
        self.chosen = tuple(int(name) for name in self.names if name != FUSED)
        self.read = tuple(sorted({*self.chosen, *(self.layers if FUSED in self.names else ())}))

    def forward(self, batch: Batch) -> list[Float[Tensor, "batch positions width"]]:
        """The chosen states of a batch; what stands at padded positions means nothing."""
        encoder: Encoder = self.encoder
        found = encoder(batch.piece_ids, batch.mask, self.read, batch.type_ids).by_layer
        states: list[Tensor] = [found[layer] for layer in self.chosen]
        if self.fusion is not None and FUSED in self.names:
            states.append(self.fusion([found[layer] for layer in self.layers], batch.mask))
        return states
