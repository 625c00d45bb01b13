"""Squeeze and excitation (SENet, 1709.01507) with layers in the place of channels: a weight a layer for each sentence.

    z_k = mean over T of H_k                              squeeze: one vector a layer
    u   = relu(W1 norm(z_1)), ..., relu(W1 norm(z_L))     W1: E -> E/r, the same for all layers
    s   = sigmoid(W2 [u_1; ...; u_L] + b)                 excitation: one number a layer
    L   = sum_k (2 / layers) s_k H_k

In SENet the squeeze gives one number a channel. The mean of all of a state's numbers says next to nothing about it
(a norm stands before it in most encoders), so here it gives a vector a layer. W2 and b are 0 at first: the result is
then the mean of the layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.models.fusion.several import SeveralConfig, WeightedSum


class SqueezeExcitationConfig(SeveralConfig):
    """Which layers, and how far they are squeezed."""

    title: ClassVar[str] = "squeeze and excitation"
    type: Literal["squeeze_excitation"] = "squeeze_excitation"
    reduction: int = Field(4, ge=1)
    """r: each layer's E channels are squeezed to E/r."""

    def choices(self) -> tuple[str, ...]:
        """A reduction that is not the default."""
        return () if self.reduction == 4 else (f"r={self.reduction}",)


class SqueezeExcitation(WeightedSum):
    """All streams, each with one weight a sentence."""

    name: ClassVar[str] = "squeeze_excitation"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "several layers, each with a weight a sentence from all of them (SENet, 1709.01507)"
    config_class: ClassVar[type[FusionConfig]] = SqueezeExcitationConfig

    def __init__(self, config: SqueezeExcitationConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        inner = max(1, width // config.reduction)
        self.squeeze = nn.Linear(width, inner)
        self.excite = nn.Linear(n_streams * inner, n_streams)
        nn.init.zeros_(self.excite.weight)
        nn.init.zeros_(self.excite.bias)

    def weights(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch 1 streams"]:
        """2 s_k / layers."""
        exact = torch.promote_types(states[0].dtype, torch.float32)
        lengths = mask.sum(1, keepdim=True).clamp(min=1)
        pooled = [(state.masked_fill(~mask.unsqueeze(2), 0).sum(1, dtype=exact) / lengths) for state in states]
        normed = F.layer_norm(torch.stack(pooled, 1), (self.width,)).to(states[0].dtype)
        squeezed = torch.relu(self.squeeze(normed)).flatten(1)
        weights: Tensor = torch.sigmoid(self.excite(squeezed)) * (2 / self.n_streams)
        return weights.unsqueeze(1)
