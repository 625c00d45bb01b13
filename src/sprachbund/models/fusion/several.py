"""What fusions of several layers share: which layers, their names, the weighted sum, the dropout of whole layers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import torch
from jaxtyping import Bool, Float
from pydantic import Field, field_validator
from torch import Tensor, nn

from sprachbund.core.errors import ModelError
from sprachbund.models.fusion.fusion import Fusion, FusionConfig
from sprachbund.models.fusion.pair import LayerNumber
from sprachbund.models.taps import check_layer


class SeveralConfig(FusionConfig):
    """Which layers: all, some, or the last one and one more."""

    title: ClassVar[str]
    """Name for tables."""
    layer: LayerNumber | None = None
    """k: the last layer and this lower one; None: `over` says which."""
    over: Annotated[tuple[LayerNumber, ...], Field(min_length=2)] | None = None
    """Layer numbers, 0 for the embeddings, 1..N; None: all of 1..N, unless `layer` is given."""

    @field_validator("over")
    @classmethod
    def _distinct(cls, value: tuple[int, ...] | None, info: Any) -> tuple[int, ...] | None:
        if value is not None and info.data.get("layer") is not None:
            raise ValueError("give either layer or over")
        if value is not None and len(set(value)) < len(value):
            twice = sorted({layer for layer in value if value.count(layer) > 1})
            raise ValueError(f"{', '.join(map(str, twice))} stands twice in {list(value)}")
        return value if value is None else tuple(sorted(value))

    def layers(self, n_layers: int) -> tuple[int, ...]:
        """The chosen layers, or 1..N, ascending.

        Raises:
            ModelError: a layer that the encoder does not have; all layers of an encoder that has one.
        """
        if self.over is not None:
            return tuple(check_layer(layer, n_layers) for layer in self.over)
        if self.layer is not None:
            if check_layer(self.layer, n_layers) == n_layers:
                raise ModelError(f"layer {n_layers} is the last layer itself, with which it is to be fused",
                                 remedy=f"choose a layer from 0 to {n_layers - 1}")
            return (self.layer, n_layers)
        if n_layers < 2:
            raise ModelError(f"{self.type} fuses several layers, and the encoder has only one above its embeddings",
                             remedy="choose last_layer, or take in the embeddings with over: [0, 1]")
        return tuple(range(1, n_layers + 1))

    def choices(self) -> tuple[str, ...]:
        """Options in words, as they stand in tables; those that have their defaults may be left out."""
        return ()

    def label(self) -> str:
        """Name for tables: "average of all layers", "average of 9, 12"."""
        which = "all layers" if self.over is None else ", ".join(map(str, self.over))
        if self.layer is not None:
            which = f"{self.layer} and the last"
        return self.named(f"{self.title} of {which}", *self.choices())

    def aggregator(self) -> str:
        """The same without numbers: "average of 2 layers"."""
        if self.layer is None and self.over is None:
            return self.label()
        return self.named(f"{self.title} of {len(self.over or (0, 1))} layers", *self.choices())


class WeightedSum(Fusion, ABC):
    """The sum of all streams, each times its weights.

    The gate holds the weights of all streams, stream by stream: `channels` for each stream, one for so many
    channels of its state that all have one.
    """

    channels: int = 1
    """Weights of a stream at one position: 1, or E."""

    @abstractmethod
    def weights(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "gates places channels"]:
        """The gate, with 1 in place of rows or positions where it is the same for all of them."""

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Weigh and add."""
        return self.apply_gate(states, mask, self.weights(states, mask))

    @property
    def gate_channels(self) -> int:
        """As many as streams, or times E."""
        return self.n_streams * self.channels

    def read_gate(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions channels"]:
        """The weights of all streams at each position."""
        weights = self.weights(states, mask)
        return weights.expand(*mask.shape, weights.shape[2]).masked_fill(~mask.unsqueeze(2), 0)

    def apply_gate(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
        gate: Float[Tensor, "gates places channels"],
    ) -> Float[Tensor, "batch positions width"]:
        """Add in single precision or better."""
        exact = torch.promote_types(states[0].dtype, torch.float32)
        weights = gate.to(exact).view(*gate.shape[:2], self.n_streams, self.channels).unbind(2)
        total: Tensor = weights[0] * states[0]
        for weight, state in zip(weights[1:], states[1:], strict=True):
            total = total + weight * state
        return total.to(states[0].dtype)


class LayerDropout(nn.Dropout):
    """In training, leaves whole layers out of a softmax with probability p, so that none is leaned on (1904.02099).

    What is left out is drawn once a batch; its weight moves to the others. If all would be left out, all stay.
    """

    def forward(self, input: Float[Tensor, "*others layers"]) -> Float[Tensor, "*others layers"]:
        """Put minus infinity in place of the logits of layers that are left out."""
        if not self.training or not self.p:
            return input
        kept = torch.rand(input.shape[-1], device=input.device) >= self.p
        return input.masked_fill(~kept & kept.any(), -torch.inf)
