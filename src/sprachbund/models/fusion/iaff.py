"""iAFF, iterative attentional feature fusion (2009.14082, equation (5)): an AFF whose attention reads an AFF.

    U = M1(X + Y) * X + (1 - M1(X + Y)) * Y
    Z = M2(U) * X + (1 - M2(U)) * Y

M1 and M2 are two MS-CAM modules with weights of their own, both branches each. (The authors' PyTorch code defines a
second global branch and then uses the first one again; here the second one is used.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from jaxtyping import Bool, Float
from torch import Tensor

from sprachbund.models.fusion.aff import AFFConfig
from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.models.fusion.ms_cam import MSCAM
from sprachbund.models.fusion.pair import GatedPair


class IAFFConfig(AFFConfig):
    """Which layers, and the size of each attention."""

    title: ClassVar[str] = "iAFF"
    type: Literal["iaff"] = "iaff"  # type: ignore[assignment]


class IAFF(GatedPair):
    """Two streams, weighed by an MS-CAM of what an AFF makes of them.

    Raises:
        ModelError: not exactly two streams.
    """

    name: ClassVar[str] = "iaff"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "two layers, weighed by attention of what a first attention makes of them (2009.14082)"
    config_class: ClassVar[type[FusionConfig]] = IAFFConfig

    def __init__(self, config: IAFFConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.first, self.second = (
            MSCAM(width, reduction=config.reduction, normalisation=config.normalisation) for _ in range(2)
        )

    def weights(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """M2(U)."""
        upper, lower = states
        initial = self.apply_gate(states, mask, self.first.attention(upper + lower, mask))
        return self.second.attention(initial, mask)
