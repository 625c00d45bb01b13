"""One layer alone, whichever: what a lower layer is worth by itself. Layers above it are not run at all.

Dropping top layers before fine-tuning: 2010.12821; per-layer curves of transfer and retrieval are its usual use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from jaxtyping import Bool, Float
from torch import Tensor

from sprachbund.models.fusion.fusion import Fusion, FusionConfig
from sprachbund.models.fusion.pair import LayerNumber
from sprachbund.models.taps import check_layer


class SingleLayerConfig(FusionConfig):
    """Which layer."""

    type: Literal["single_layer"] = "single_layer"
    layer: LayerNumber
    """k: 0 for the embeddings, 1..N."""

    def layers(self, n_layers: int) -> tuple[int, ...]:
        """Layer k.

        Raises:
            ModelError: the encoder has no such layer.
        """
        return (check_layer(self.layer, n_layers),)

    def label(self) -> str:
        """Name for tables: "layer 9"."""
        return self.named(f"layer {self.layer}")

    def aggregator(self) -> str:
        """The same without its number: "single layer"."""
        return self.named("single layer")


class SingleLayer(Fusion):
    """One layer as it is; no parameters."""

    name: ClassVar[str] = "single_layer"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "one layer alone, the layers above it not run (2010.12821)"
    config_class: ClassVar[type[FusionConfig]] = SingleLayerConfig
    has_weights: ClassVar[bool] = False

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Return the only stream."""
        (state,) = states
        return state
