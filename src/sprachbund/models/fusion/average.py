"""The plain mean of several layers: what fusing is worth without any parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from pydantic import Field, field_validator
from torch import Tensor

from sprachbund.models.fusion.fusion import Fusion, FusionConfig
from sprachbund.models.taps import check_layer

_LayerNumber = Annotated[int, Field(ge=0)]


class AverageConfig(FusionConfig):
    """Which layers are averaged."""

    type: Literal["average"] = "average"
    over: Annotated[tuple[_LayerNumber, ...], Field(min_length=1)] | None = None
    """Layer numbers, 0 for the embeddings, 1..N; None: all of 1..N. The control of a DLFA with lower
    layer k in an encoder of N layers is `over: [k, N]`."""

    @field_validator("over")
    @classmethod
    def _distinct(cls, value: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if value is not None and len(set(value)) < len(value):
            raise ValueError("a layer stands twice")
        return value

    def layers(self, n_layers: int) -> tuple[int, ...]:
        """The chosen layers, or 1..N.

        Raises:
            ModelError: a layer that the encoder does not have.
        """
        if self.over is None:
            return tuple(range(1, n_layers + 1))
        return tuple(check_layer(layer, n_layers) for layer in self.over)

    def label(self) -> str:
        """Name for tables."""
        return f"average of {'all layers' if self.over is None else ', '.join(map(str, self.over))}"


class Average(Fusion):
    """The element-wise mean of the streams; no parameters."""

    name: ClassVar[str] = "average"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "element-wise mean of several layers, without parameters: a control of learnt fusions"
    config_class: ClassVar[type[FusionConfig]] = AverageConfig

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Add the streams in single precision or better and divide by their number."""
        total = states[0].to(torch.promote_types(states[0].dtype, torch.float32))
        for state in states[1:]:
            total = total + state
        return (total / len(states)).to(states[0].dtype)
