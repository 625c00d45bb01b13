"""A gate that does not look: one weight a channel, the same at every token. What AIF's gate is worth once it is fixed.

    L = L1 * w + L2 * (1 - w),  w one number a channel, learnt, 1/2 at first

The control of the claim that AIF weighs dynamically (2205.08497): trained as it is, or set to the mean gate of a
trained DLFA and learnt no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.models.fusion.pair import GatedPair, PairConfig


class StaticGateConfig(PairConfig):
    """Which layers."""

    title: ClassVar[str] = "static gate"
    type: Literal["static_gate"] = "static_gate"


class StaticGate(GatedPair):
    """Two streams, weighed channel by channel, alike at every position.

    Raises:
        ModelError: not exactly two streams.
    """

    name: ClassVar[str] = "static_gate"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "two layers, one learnt weight a channel, alike at every token: a control of DLFA's gate"
    config_class: ClassVar[type[FusionConfig]] = StaticGateConfig

    def __init__(self, config: StaticGateConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.weight = nn.Parameter(torch.full((width,), 0.5))

    def weights(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "1 1 width"]:
        """w."""
        return self.weight.view(1, 1, -1)
