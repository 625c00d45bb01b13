"""The baseline: the last layer alone, as the usual fine-tuning recipe has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from jaxtyping import Bool, Float
from torch import Tensor

from sprachbund.models.fusion.fusion import Fusion, FusionConfig


class LastLayerConfig(FusionConfig):
    """No options."""

    type: Literal["last_layer"] = "last_layer"
    identity_start: Literal[False] = False
    """It is the last layer from the start to the end."""

    def layers(self, n_layers: int) -> tuple[int, ...]:
        """The last layer."""
        return (n_layers,)

    def label(self) -> str:
        """Name for tables."""
        return "last layer"


class LastLayer(Fusion):
    """The last layer as it is; no parameters."""

    name: ClassVar[str] = "last_layer"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "the last layer alone: the baseline of every comparison"
    config_class: ClassVar[type[FusionConfig]] = LastLayerConfig
    has_weights: ClassVar[bool] = False

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Return the only stream."""
        (last,) = states
        return last
