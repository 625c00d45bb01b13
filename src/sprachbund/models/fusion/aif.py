"""AIF, the attention module of DLFA (2205.08497): equations (1) and (2), on real tokens only.

    W  = (L1 + L2) / 2                                   integration, or the sum
    g  = norm(conv(relu(norm(conv(mean over T of W)))))  global branch, one vector a sentence
    l  = norm(conv(relu(norm(conv(W)))))                 local branch, one vector a token
    (1)  W' = sigmoid(g + l) * W                         gate "literal";  sigmoid(g + l) for gate "sigmoid"
    (2)  L  = L1 * W' + L2 * (1 - W')

The convolutions have kernels of size 1 (squeeze E -> E/r, expand E/r -> E, as in SENet and in the MS-CAM
module of 2009.14082, from which AIF descends), so they are linear maps over channels. In the
literal gate W' is no weight: it can be negative or above 1. The sigmoid gate is that of 2009.14082.
"""

from __future__ import annotations

from typing import Literal, cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

Gate = Literal["literal", "sigmoid"]
Integration = Literal["mean", "sum"]
Normalisation = Literal["batch", "layer"]


class RealBatchNorm(nn.BatchNorm1d):
    """Batch normalisation over rows that are all real (padding was taken out before).

    Statistics are computed in single precision also under autocast; momentum, epsilon and the unbiased
    running variance are torch's. In training a batch with a single row (one sentence for the
    global branch, one token for the local one) has no variance: it is normalised by the running
    statistics and leaves them as they are, and gradients flow on.
    """

    def forward(self, input: Float[Tensor, "rows channels"]) -> Float[Tensor, "rows channels"]:
        """Normalise every channel over the rows."""
        values = input.to(self.weight.dtype)
        if self.training and values.shape[0] > 1:
            return super().forward(values)
        return F.batch_norm(
            values, self.running_mean, self.running_var, self.weight, self.bias, training=False, eps=self.eps
        )


class Branch(nn.Sequential):
    """One context branch: squeeze, norm, ReLU, expand, norm; (rows, width) -> (rows, width).

    Args:
        width: E.
        reduction: r; the squeezed width is E // r, at least 1.
        normalisation: over the batch's real rows, or over the channels of each row.
    """

    def __init__(self, width: int, reduction: int, normalisation: Normalisation) -> None:
        norm = RealBatchNorm if normalisation == "batch" else nn.LayerNorm
        inner = max(1, width // reduction)
        super().__init__(nn.Linear(width, inner), norm(inner), nn.ReLU(), nn.Linear(inner, width), norm(width))


class AIF(nn.Module):
    """Two layers to one by a gate that is computed from both.

    Args:
        width: E.
        reduction: r of both branches.
        gate: what weighs the two layers, see the module's head.
        integration: how the two layers make W.
        normalisation: of both branches.
    """

    def __init__(
        self, width: int, *, reduction: int = 4, gate: Gate = "literal", integration: Integration = "mean",
        normalisation: Normalisation = "batch",
    ) -> None:
        super().__init__()
        self.gate, self.integration = gate, integration
        self.global_branch = Branch(width, reduction, normalisation)
        self.local_branch = Branch(width, reduction, normalisation)

    def forward(
        self,
        last: Float[Tensor, "batch positions width"],
        lower: Float[Tensor, "batch positions width"],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Equation (2); what stands at padded positions afterwards is the lower layer, unchanged.

        Computed as L2 + W' (L1 - L2), which is the same and returns L1 exactly where the layers are equal.
        """
        return (lower + self.weights(last, lower, mask) * (last - lower)).to(last.dtype)

    def weights(
        self,
        last: Float[Tensor, "batch positions width"],
        lower: Float[Tensor, "batch positions width"],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Equation (1): W' at real tokens, 0 at padded positions."""
        integrated = last + lower
        if self.integration == "mean":
            integrated = integrated / 2
        if not self.training:
            return self._without_statistics(integrated, mask)
        tokens = mask.flatten().nonzero().squeeze(1)
        real = integrated.flatten(0, 1).index_select(0, tokens)
        attention = torch.sigmoid(self._global(integrated, mask, tokens) + self.local_branch(real))
        weights = attention * real if self.gate == "literal" else attention
        everywhere = weights.new_zeros(mask.numel(), weights.shape[1])
        return everywhere.index_copy(0, tokens, weights).view(integrated.shape)

    def _without_statistics(
        self, integrated: Float[Tensor, "batch positions width"], mask: Bool[Tensor, "batch positions"]
    ) -> Float[Tensor, "batch positions width"]:
        """W' where no norm looks at other rows: padding need not be taken out, so that all shapes are known.

        An exporter of graphs needs that, and with as little padding as prediction has it is as fast.
        """
        exact = torch.promote_types(integrated.dtype, torch.float32)
        sums = integrated.masked_fill(~mask.unsqueeze(2), 0).sum(1, dtype=exact)
        pooled = (sums / mask.sum(1, keepdim=True).clamp(min=1)).to(integrated.dtype)
        local = self.local_branch(integrated.flatten(0, 1)).view(integrated.shape)
        attention = torch.sigmoid(self.global_branch(pooled).unsqueeze(1) + local)
        weights: Tensor = attention * integrated if self.gate == "literal" else attention
        return weights.masked_fill(~mask.unsqueeze(2), 0)

    def _global(
        self,
        integrated: Float[Tensor, "batch positions width"],
        mask: Bool[Tensor, "batch positions"],
        tokens: Int[Tensor, " tokens"],
    ) -> Float[Tensor, "tokens width"]:
        """The global branch, repeated for every real token of its sentence; rows of padding take no part."""
        lengths = mask.sum(1)
        present = lengths.nonzero().squeeze(1)
        exact = torch.promote_types(integrated.dtype, torch.float32)
        sums = integrated.masked_fill(~mask.unsqueeze(2), 0).sum(1, dtype=exact).index_select(0, present)
        lengths = lengths.index_select(0, present)
        pooled = (sums / lengths.unsqueeze(1)).to(integrated.dtype)
        sentence = torch.repeat_interleave(lengths, output_size=tokens.shape[0])
        return cast("Tensor", self.global_branch(pooled)).index_select(0, sentence)
