"""AIF, the attention module of DLFA (2205.08497): equations (1) and (2), on real tokens only.

    W  = (L1 + L2) / 2                                   integration, or the sum
    g  = norm(conv(relu(norm(conv(mean over T of W)))))  global branch, one vector a sentence
    l  = norm(conv(relu(norm(conv(W)))))                 local branch, one vector a token
    (1)  W' = sigmoid(g + l) * W                         gate "literal";  sigmoid(g + l) for gate "sigmoid"
    (2)  L  = L1 * W' + L2 * (1 - W')

The branches are those of MS-CAM (2009.14082), from which AIF descends. In the literal gate W' is no weight: it
can be negative or above 1. The sigmoid gate is that of 2009.14082.
"""

from __future__ import annotations

from typing import Literal

from jaxtyping import Bool, Float
from torch import Tensor

from sprachbund.models.fusion.average import Integration
from sprachbund.models.fusion.ms_cam import MSCAM, Branches, Convolutions, Kernel, Normalisation

Gate = Literal["literal", "sigmoid"]


class AIF(MSCAM):
    """Two layers to one by a gate that is computed from both.

    Args:
        width: E.
        reduction: r of both branches.
        gate: what weighs the two layers, see the module's head.
        integration: how the two layers make W.
        normalisation: of both branches.
        branches: both, or one alone.
        kernel: of the local branch's convolutions over T.
        convolutions: of each branch: 2, or the other reading of the paper, 1.
    """

    def __init__(
        self, width: int, *, reduction: int = 4, gate: Gate = "literal", integration: Integration = "mean",
        normalisation: Normalisation = "batch", branches: Branches = "both", kernel: Kernel = 1,
        convolutions: Convolutions = 2,
    ) -> None:
        super().__init__(width, reduction=reduction, normalisation=normalisation, branches=branches, kernel=kernel,
                         convolutions=convolutions)
        self.gate, self.integration = gate, integration

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
        attention = self.attention(integrated, mask)
        return attention * integrated if self.gate == "literal" else attention
