"""The plain mean of several layers, or their sum: what fusing is worth without any parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from sprachbund.models.fusion.fusion import Fusion, FusionConfig
from sprachbund.models.fusion.several import SeveralConfig

Integration = Literal["mean", "sum"]


class AverageConfig(SeveralConfig):
    """Which layers are averaged, or added."""

    title: ClassVar[str] = "average"
    type: Literal["average"] = "average"
    integration: Integration = "mean"
    """The mean of the layers, or their sum (a head with a norm before it cannot tell them apart)."""

    def choices(self) -> tuple[str, ...]:
        """The sum is told."""
        return ("sum",) if self.integration == "sum" else ()


class Average(Fusion):
    """The element-wise mean of the streams, or their sum; no parameters."""

    name: ClassVar[str] = "average"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "element-wise mean of several layers, without parameters: a control of learnt fusions"
    config_class: ClassVar[type[FusionConfig]] = AverageConfig
    has_weights: ClassVar[bool] = False

    def __init__(self, config: AverageConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.divisor = n_streams if config.integration == "mean" else 1

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Add the streams in single precision or better and divide by their number, if the mean is asked for."""
        total = states[0].to(torch.promote_types(states[0].dtype, torch.float32))
        for state in states[1:]:
            total = total + state
        return (total / self.divisor).to(states[0].dtype)
