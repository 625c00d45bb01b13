"""AIF over all layers: no layer to choose. Ours, made from AIF (2205.08497) and MS-CAM (2009.14082).

    c_l = g(H_l) + l(H_l) + b_l     context of each layer: MS-CAM's two branches, the same weights for all layers,
                                    and one number a layer and channel
    a   = softmax over l of c_l     or sigmoid(c_l) / sum_l sigmoid(c_l); channel by channel, at each token
    L   = sum_l a_l H_l

Of two layers the softmax is AFF's sigmoid, taken of the difference of their contexts. Because the branches are shared
there are as many weights as in DLFA's AIF, but for b (layers * E), however many layers there are. The last norm of
each branch starts at 0 (2003.04887's reason: learn from a plain start), b too: the result is the mean of the layers
at first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, cast

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.models.fusion.ms_cam import MSCAM, Branches
from sprachbund.models.fusion.several import LayerDropout, SeveralConfig, WeightedSum


class AIFAllConfig(SeveralConfig):
    """Which layers, how they compete, and the size of the branches."""

    title: ClassVar[str] = "AIF"
    type: Literal["aif_all"] = "aif_all"
    weighing: Literal["softmax", "sigmoid"] = "softmax"
    """How layers compete: a softmax over them, or sigmoids divided by their sum."""
    normalisation: Literal["batch", "layer"] = "batch"
    """Of both branches: over the real tokens of the batch, all layers together, or over the channels of each token."""
    reduction: int = Field(4, ge=1)
    """r: both branches squeeze E channels to E/r."""
    branches: Branches = "both"
    """Global and local context, or one of them alone."""
    layer_dropout: float = Field(0.0, ge=0, lt=1)
    """In training, how often a layer is left out."""

    def choices(self) -> tuple[str, ...]:
        """Every option that is not the default."""
        return (
            "sigmoid" if self.weighing == "sigmoid" else "",
            "layer norm" if self.normalisation == "layer" else "",
            "" if self.reduction == 4 else f"r={self.reduction}",
            "" if self.branches == "both" else f"{self.branches} branch",
            f"layer dropout {self.layer_dropout:g}" if self.layer_dropout else "",
        )


class AIFAll(WeightedSum):
    """All streams, each channel weighed over the streams by global and local context."""

    name: ClassVar[str] = "aif_all"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "all layers, each channel weighed by global and local context (ours, after 2205.08497)"
    config_class: ClassVar[type[FusionConfig]] = AIFAllConfig

    def __init__(self, config: AIFAllConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.channels = width
        self.weighing = config.weighing
        self.cam = MSCAM(width, reduction=config.reduction, normalisation=config.normalisation,
                         branches=config.branches)
        for branch in (self.cam.global_branch, self.cam.local_branch):
            if branch is not None:
                nn.init.zeros_(cast("Tensor", branch.last_norm.weight))
        self.bias = nn.Parameter(torch.zeros(n_streams * width))  # flat: biases have no weight decay
        self.layer_dropout = LayerDropout(config.layer_dropout)

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Weigh and add, all layers in one tensor: in place of copies into the order of a gate."""
        stacked = torch.stack(list(states))
        exact = torch.promote_types(stacked.dtype, torch.float32)
        return (self._shares(stacked, mask).to(exact) * stacked).sum(0).to(stacked.dtype)

    def weights(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions channels"]:
        """a, stream by stream."""
        return self._shares(torch.stack(list(states)), mask).permute(1, 2, 0, 3).flatten(2)

    def _shares(
        self, stacked: Float[Tensor, "layers batch positions width"], mask: Bool[Tensor, "batch positions"]
    ) -> Float[Tensor, "layers batch positions width"]:
        """a, layer by layer."""
        context = self.cam.context(stacked.flatten(0, 1), mask.repeat(self.n_streams, 1)).view(stacked.shape)
        logits = context + self.bias.view(self.n_streams, 1, 1, -1)
        logits = self.layer_dropout(logits.movedim(0, 3)).movedim(3, 0)
        if self.weighing == "softmax":
            return torch.softmax(logits, 0)
        weights = torch.sigmoid(logits)
        return weights / weights.sum(0, keepdim=True)
