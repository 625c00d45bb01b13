"""Softmax-weighted layers: one weight a layer for the whole model, or one a layer for each token.

    model   gamma * sum_k softmax(w)_k H_k,  w = 0 and gamma = 1 at first (ELMo, 1802.05365)
    token   gamma * sum_k softmax(s)_k H_k,  s_k = v_k . norm(H_k) + b_k, at each token by itself, v = 0, b = 0 at first

Weights for each token were proposed in 2508.09091, where a small transformer predicts them; a linear map of each
layer's own state is our plainer form. Layer dropout is UDify's (1904.02099). ELMo's norm of each layer takes mean and
deviation over a whole batch, so that a sentence's result would depend on its neighbours; ours is over the channels of
each token, without weights.
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
from sprachbund.models.fusion.several import LayerDropout, SeveralConfig, WeightedSum


class ScalarMixConfig(SeveralConfig):
    """Which layers, and how they are weighed."""

    title: ClassVar[str] = "scalar mix"
    type: Literal["scalar_mix"] = "scalar_mix"
    per: Literal["model", "token"] = "model"
    """One weight a layer for the model, or weights for each token, predicted from its states."""
    layer_norm: bool = False
    """Bring the states of each layer to mean 0 and deviation 1 over their channels first."""
    layer_dropout: float = Field(0.0, ge=0, lt=1)
    """In training, how often a layer is left out of the mix."""

    def choices(self) -> tuple[str, ...]:
        """Every option that is not the default."""
        return ("per token" if self.per == "token" else "", "normed layers" if self.layer_norm else "",
                f"layer dropout {self.layer_dropout:g}" if self.layer_dropout else "")


class ScalarMix(WeightedSum):
    """All streams, weighed by a softmax over them."""

    name: ClassVar[str] = "scalar_mix"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "several layers with softmax weights (1802.05365), or weights for each token (2508.09091)"
    config_class: ClassVar[type[FusionConfig]] = ScalarMixConfig

    def __init__(self, config: ScalarMixConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.layer_norm = config.layer_norm
        self.logits = nn.Parameter(torch.zeros(n_streams))
        self.readers = nn.Parameter(torch.zeros(n_streams, width)) if config.per == "token" else None
        self.gamma = nn.Parameter(torch.ones(()))
        self.layer_dropout = LayerDropout(config.layer_dropout)

    def weights(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "gates places streams"]:
        """gamma * softmax, (1, 1, streams) or one for each token."""
        logits = self.logits.view(1, 1, -1)
        if self.readers is not None:
            read = [(self._normed(state) * self.readers[number]).sum(2) for number, state in enumerate(states)]
            logits = logits + torch.stack(read, 2)
        weights: Tensor = self.gamma * torch.softmax(self.layer_dropout(logits), 2)
        return weights

    def apply_gate(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
        gate: Float[Tensor, "gates places channels"],
    ) -> Float[Tensor, "batch positions width"]:
        """The weighted sum, of normed states if asked for."""
        return super().apply_gate([self._normed(state) for state in states] if self.layer_norm else states, mask, gate)

    def _normed(self, state: Float[Tensor, "batch positions width"]) -> Float[Tensor, "batch positions width"]:
        return F.layer_norm(state, (self.width,)).to(state.dtype)  # under autocast norms are in single precision
