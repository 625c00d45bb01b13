"""Several fusions and heads on one encoder pass: for frozen encoders, whose states are the same for all of them.

Training several such models on one pass (frozen studies) is not built: their batches and seeds would have to be the
same too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from jaxtyping import Float
from torch import Tensor, nn

from sprachbund.batching.batch import Batch
from sprachbund.core.errors import ModelError
from sprachbund.models.transfer_model import TransferModel


class SharedEncoderModels(nn.Module):
    """Models that differ above one and the same encoder.

    Args:
        models: at least one; each as it is, nothing is copied.

    Attributes:
        layers: the layers that any of them reads, ascending.

    Raises:
        ModelError: no model, or models with encoders of their own, even if the weights are equal.
    """

    def __init__(self, models: Sequence[TransferModel]) -> None:
        super().__init__()
        if not models or any(model.encoder is not models[0].encoder for model in models):
            raise ModelError("models that share one pass must have one encoder" if models else "no model was given",
                             remedy="build them on the same encoder object, which is not trained in between")
        self.models = nn.ModuleList(models)
        self.train(models[0].training)
        self.layers = sorted({layer for model in models for layer in model.layers})

    def forward(self, batch: Batch) -> list[Float[Tensor, "outputs labels"]]:
        """Logits of each model, as it would give them alone; the encoder runs once, up to the highest layer."""
        models = [cast("TransferModel", model) for model in self.models]
        states = models[0].encoder(batch.piece_ids, batch.mask, self.layers, batch.type_ids)
        return [model(batch, states.select(model.layers)) for model in models]
