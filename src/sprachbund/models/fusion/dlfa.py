"""DLFA (2205.08497): the last layer and one lower layer, fused by the AIF module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor

from sprachbund.core.errors import ModelError
from sprachbund.models.fusion.aif import AIF, Gate, Integration, Normalisation
from sprachbund.models.fusion.fusion import Fusion, FusionConfig


class DLFAConfig(FusionConfig):
    """Which lower layer, and what the paper leaves open."""

    type: Literal["dlfa"] = "dlfa"
    layer: int = Field(ge=0)
    """k, the lower layer: 0 for the embeddings, 1..N-1 (D_k in the paper)."""
    integration: Integration = "mean"
    """What the module reads: the mean of the two layers, or their sum."""
    gate: Gate = "literal"
    """literal: W' = sigmoid(.) * W, as equation (1) is printed; sigmoid: W' = sigmoid(.), a true weight."""
    normalisation: Normalisation = "batch"
    """batch: over the real tokens of the batch; layer: over the channels of each token."""
    reduction: int = Field(4, ge=1)
    """r: both branches squeeze E channels to E/r."""

    def layers(self, n_layers: int) -> tuple[int, ...]:
        """The last layer, then the lower one.

        Raises:
            ModelError: the encoder has no such layer below its last one.
        """
        if self.layer >= n_layers:
            what = "is the last layer itself: fusing it with itself changes nothing"
            if self.layer > n_layers:
                what = f"does not exist: the encoder has the embedding layer 0 and layers 1 to {n_layers}"
            raise ModelError(
                f"lower layer {self.layer} {what}",
                remedy=f"choose a lower layer from 0 to {n_layers - 1}",
            )
        return (n_layers, self.layer)

    def label(self) -> str:
        """Name for tables, with every option that is not the default: "DLFA (k=10, literal)"."""
        return f"DLFA (k={self.layer}, {self._options()})"

    def aggregator(self) -> str:
        """The same without the layer: "DLFA (literal)"."""
        return f"DLFA ({self._options()})"

    def _options(self) -> str:
        parts: list[str] = [self.gate]
        if self.integration != "mean":
            parts.append(self.integration)
        if self.normalisation != "batch":
            parts.append(f"{self.normalisation} norm")
        if self.reduction != 4:
            parts.append(f"r={self.reduction}")
        return ", ".join(parts)


class DLFA(Fusion):
    """Two streams, the last layer and a lower one, through one AIF module.

    Raises:
        ModelError: not exactly two streams.
    """

    name: ClassVar[str] = "dlfa"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "the last layer and a lower one, gated by global and local context (2205.08497)"
    config_class: ClassVar[type[FusionConfig]] = DLFAConfig

    def __init__(self, config: DLFAConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        if n_streams != 2:
            raise ModelError(f"DLFA fuses two streams, the last layer and a lower one; it was given {n_streams}")
        self.aif = AIF(
            width,
            reduction=config.reduction,
            gate=config.gate,
            integration=config.integration,
            normalisation=config.normalisation,
        )

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Fuse the last layer (first stream) with the lower one (second stream)."""
        last, lower = states
        fused: Tensor = self.aif(last, lower, mask)
        return fused
