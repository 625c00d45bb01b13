"""DWAtt, depth-wise attention (2209.15168): each token attends to its own states in all layers.

The paper's equations were not seen, only that the last layer's state asks and the states of all layers, marked with
their depth, answer. Ours:

    q   = Wq norm(H_N)                     H_N: the highest of the layers, Wq: E -> E/r
    k_l = Wk norm(H_l) + p_l               p_l: a vector a layer, 0 at first
    a   = softmax_l(q . k_l / sqrt(E/r))
    L   = sum_l a_l H_l

q . Wk norm(H_l) is computed as (Wk' q) . norm(H_l), so that the cost hardly grows with the number of layers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.models.fusion.several import LayerDropout, SeveralConfig, WeightedSum


class DWAttConfig(SeveralConfig):
    """Which layers, and the size of the attention."""

    title: ClassVar[str] = "DWAtt"
    type: Literal["dwatt"] = "dwatt"
    reduction: int = Field(4, ge=1)
    """r: queries and keys have E/r channels."""
    layer_dropout: float = Field(0.0, ge=0, lt=1)
    """In training, how often a layer is left out."""

    def choices(self) -> tuple[str, ...]:
        """Every option that is not the default."""
        return ("" if self.reduction == 4 else f"r={self.reduction}",
                f"layer dropout {self.layer_dropout:g}" if self.layer_dropout else "")


class DWAtt(WeightedSum):
    """All streams, weighed at each token by attention of the last stream."""

    name: ClassVar[str] = "dwatt"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "depth-wise attention of each token over its states in all layers (after 2209.15168)"
    config_class: ClassVar[type[FusionConfig]] = DWAttConfig

    def __init__(self, config: DWAttConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.inner = max(1, width // config.reduction)
        self.query = nn.Linear(width, self.inner)
        self.key = nn.Linear(width, self.inner, bias=False)
        self.depth = nn.Parameter(torch.zeros(n_streams, self.inner))
        self.layer_dropout = LayerDropout(config.layer_dropout)

    def weights(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions streams"]:
        """a, at each token."""
        normed = [F.layer_norm(state, (self.width,)) for state in states]
        query = self.query(normed[-1].to(states[0].dtype)) / math.sqrt(self.inner)
        asked = F.linear(query, self.key.weight.T)
        answers = torch.stack([(asked * state).sum(2) for state in normed], 2)
        logits = answers + F.linear(query, self.depth)
        weights: Tensor = torch.softmax(self.layer_dropout(logits), 2)
        return weights
