"""Layers put side by side and projected back to one: the Concat of 2209.15168, and of many before it.

    L = W [H_a; H_b; ...] + b,  W: E x (layers * E)

Where W starts is not said in what was seen of the paper. Ours starts as the mean of the layers, so that a head reads
states of the kind the encoder gives; or at random, as a linear map does by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from sprachbund.models.fusion.fusion import Fusion, FusionConfig
from sprachbund.models.fusion.several import SeveralConfig


class ConcatConfig(SeveralConfig):
    """Which layers, and where the projection starts."""

    title: ClassVar[str] = "concat"
    type: Literal["concat"] = "concat"
    initial: Literal["mean", "random"] = "mean"
    """Where the projection starts: the mean of the layers, or at random."""

    def choices(self) -> tuple[str, ...]:
        """A start that is not the default."""
        return ("random start",) if self.initial == "random" else ()


class Concat(Fusion):
    """All streams, concatenated and projected."""

    name: ClassVar[str] = "concat"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "several layers, concatenated and projected (2209.15168)"
    config_class: ClassVar[type[FusionConfig]] = ConcatConfig

    def __init__(self, config: ConcatConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.projection = nn.Linear(n_streams * width, width)
        if config.initial == "mean":
            with torch.no_grad():
                self.projection.weight.copy_(torch.eye(width).repeat(1, n_streams) / n_streams)
                self.projection.bias.zero_()

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Project."""
        fused: Tensor = self.projection(torch.cat(list(states), 2))
        return fused.to(states[0].dtype)
