"""A control: the last layer and a small residual network on it, with as many weights as DLFA's AIF.

    L = L1 + W2 gelu(W1 L1 + b1) + b2,  W2 and b2 are 0 at first, unless an identity start has its own 0

It has no norm and no gate, and sees the last layer only: what so many weights are worth by themselves. (The shape is
that of an adapter, 1902.00751.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from sprachbund.models.fusion.fusion import Fusion, FusionConfig
from sprachbund.models.fusion.ms_cam import Normalisation


class BottleneckConfig(FusionConfig):
    """Its size, told by the DLFA that it is the control of."""

    type: Literal["bottleneck"] = "bottleneck"
    normalisation: Normalisation = "batch"
    """Of that DLFA; it decides the number of weights."""
    reduction: int = Field(4, ge=1)
    """r of that DLFA."""

    def layers(self, n_layers: int) -> tuple[int, ...]:
        """The last layer."""
        return (n_layers,)

    def label(self) -> str:
        """Name for tables."""
        return self.named("bottleneck on the last layer", "no norm" if self.normalisation == "none" else "",
                          "" if self.reduction == 4 else f"r={self.reduction}")


class Bottleneck(Fusion):
    """One stream, the last layer, plus what a hidden layer makes of it.

    The hidden layer's width is the whole number for which the count of weights is nearest to AIF's: with E = 384 and
    r = 4 it is 195, and the counts are 150,339 and 150,336.
    """

    name: ClassVar[str] = "bottleneck"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "control: the last layer and a small residual network, with as many weights as DLFA"
    config_class: ClassVar[type[FusionConfig]] = BottleneckConfig
    control: ClassVar[bool] = True

    def __init__(self, config: BottleneckConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        hidden = max(1, round((_weights_of_aif(config, width) - width) / (2 * width + 1)))
        self.down = nn.Linear(width, hidden)
        self.up = nn.Linear(hidden, width)
        if not config.identity_start:  # behind a gain of 0, a difference of 0 would never learn
            nn.init.zeros_(self.up.weight)
            nn.init.zeros_(self.up.bias)

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Add."""
        (last,) = states
        fused: Tensor = last + self.up(F.gelu(self.down(last)))
        return fused.to(last.dtype)


def _weights_of_aif(config: BottleneckConfig, width: int) -> int:
    """Two branches of two maps with biases, each followed by a norm with a scale and a shift."""
    inner = max(1, width // config.reduction)
    norms = 0 if config.normalisation == "none" else 2 * (inner + width)
    return 2 * (2 * width * inner + inner + width + norms)
