"""What fusions of two layers share: which layers, how they are named, and the sum that a gate weighs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from jaxtyping import Bool, Float
from pydantic import Field, field_validator
from torch import Tensor

from sprachbund.core.errors import ModelError
from sprachbund.models.fusion.fusion import Fusion, FusionConfig
from sprachbund.models.taps import check_layer

LayerNumber = Annotated[int, Field(ge=0)]


class PairConfig(FusionConfig):
    """Which two layers: the last one, or another upper one, and a lower one."""

    title: ClassVar[str]
    """Name for tables."""
    layer: LayerNumber
    """k, the lower layer: 0 for the embeddings, 1..N-1 (D_k in 2205.08497)."""
    upper: LayerNumber | None = None
    """The upper layer; None: the last one."""

    @field_validator("upper")
    @classmethod
    def _above(cls, value: int | None, info: Any) -> int | None:
        lower = info.data.get("layer", -1)
        if value is not None and value <= lower:
            raise ValueError(f"the upper layer has to be above layer {lower}")
        return value

    def layers(self, n_layers: int) -> tuple[int, ...]:
        """The upper layer, then the lower one.

        Raises:
            ModelError: the encoder has no such layers.
        """
        upper = n_layers if self.upper is None else check_layer(self.upper, n_layers, role="upper layer")
        if self.layer >= upper:
            what = "is the last layer itself: fusing it with itself changes nothing"
            if self.layer > n_layers:
                what = f"does not exist: the encoder has the embedding layer 0 and layers 1 to {n_layers}"
            remedy = f"choose a lower layer from 0 to {upper - 1}"
            if upper == 1:
                remedy = "choose layer 0, the embeddings: the encoder has no other layer below its only one"
            raise ModelError(f"lower layer {self.layer} {what}", remedy=remedy)
        return (upper, self.layer)

    def choices(self) -> tuple[str, ...]:
        """Options in words, as they stand in tables; those that have their defaults may be left out."""
        return ()

    def label(self) -> str:
        """Name for tables: "DLFA (k=10, literal)"."""
        above = "" if self.upper is None else f" with {self.upper}"
        return self.named(self.title, f"k={self.layer}{above}", *self.choices())

    def aggregator(self) -> str:
        """The same without layers: "DLFA (literal)"."""
        return self.named(self.title, *self.choices())


class Pair(Fusion, ABC):
    """A fusion of two streams, the upper layer first.

    Raises:
        ModelError: not exactly two streams.
    """

    def __init__(self, config: PairConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        if n_streams != 2:
            raise ModelError(f"{config.title} fuses two streams, the last layer and a lower one; it was given "
                             f"{n_streams}")


class GatedPair(Pair, ABC):
    """L1 * W' + L2 * (1 - W'), where L1 is the upper layer and the gate W' has as many channels as a state."""

    @abstractmethod
    def weights(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "gates places width"]:
        """W', of the states' shape or one that broadcasts to it."""

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Fuse the upper layer (first stream) with the lower one (second stream)."""
        return self.apply_gate(states, mask, self.weights(states, mask))

    @property
    def gate_channels(self) -> int:
        """E."""
        return self.width

    def read_gate(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions channels"]:
        """W', the weight of the upper layer."""
        return self.weights(states, mask).expand_as(states[0]).masked_fill(~mask.unsqueeze(2), 0)

    def apply_gate(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
        gate: Float[Tensor, "gates places channels"],
    ) -> Float[Tensor, "batch positions width"]:
        """Computed as L2 + W' (L1 - L2), which is the same and returns L1 exactly where the layers are equal."""
        upper, lower = states
        return (lower + gate * (upper - lower)).to(upper.dtype)
