"""Two layers in a fixed proportion, without parameters: (1 - alpha) * L1 + alpha * L2, L2 the lower layer.

A sweep over alpha shows whether there is a best balance between two layers at all (claim C3 on 2205.08497).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor

from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.models.fusion.pair import Pair, PairConfig


class FixedMixConfig(PairConfig):
    """Which layers, in which proportion."""

    title: ClassVar[str] = "fixed mix"
    type: Literal["fixed_mix"] = "fixed_mix"
    alpha: float = Field(0.5, ge=0, le=1)
    """Share of the lower layer: 0 is the upper layer, 1 the lower one."""

    def choices(self) -> tuple[str, ...]:
        """The proportion."""
        return (f"alpha={self.alpha:g}",)


class FixedMix(Pair):
    """Two streams, the second times alpha, the first times the rest.

    Raises:
        ModelError: not exactly two streams.
    """

    name: ClassVar[str] = "fixed_mix"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "two layers in a fixed proportion alpha, without parameters"
    config_class: ClassVar[type[FusionConfig]] = FixedMixConfig
    has_weights: ClassVar[bool] = False

    def __init__(self, config: FixedMixConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.alpha = config.alpha

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Interpolate; 0 and 1 give the upper and the lower layer bit for bit."""
        upper, lower = states
        return torch.lerp(upper, lower, self.alpha)
