"""AFF, attentional feature fusion (2009.14082, equation (4)): Z = M(X + Y) * X + (1 - M(X + Y)) * Y.

M is MS-CAM. The authors' PyTorch code multiplies the result by 2; the printed equation does not, and neither do we.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor

from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.models.fusion.ms_cam import MSCAM, Normalisation
from sprachbund.models.fusion.pair import GatedPair, PairConfig


class AFFConfig(PairConfig):
    """Which layers, and the size of the attention."""

    title: ClassVar[str] = "AFF"
    type: Literal["aff"] = "aff"
    normalisation: Normalisation = "batch"
    """Of both branches: over the real tokens of the batch, over the channels of each token, or none."""
    reduction: int = Field(4, ge=1)
    """r: both branches squeeze E channels to E/r."""

    def choices(self) -> tuple[str, ...]:
        """Every option that is not the default."""
        return ("" if self.normalisation == "batch" else f"{self.normalisation} norm".replace("none", "no"),
                "" if self.reduction == 4 else f"r={self.reduction}")


class AFF(GatedPair):
    """Two streams, weighed by one MS-CAM of their sum.

    Raises:
        ModelError: not exactly two streams.
    """

    name: ClassVar[str] = "aff"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "two layers, weighed by multi-scale channel attention of their sum (2009.14082)"
    config_class: ClassVar[type[FusionConfig]] = AFFConfig

    def __init__(self, config: AFFConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.attention = MSCAM(width, reduction=config.reduction, normalisation=config.normalisation)

    def weights(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """M(X + Y)."""
        upper, lower = states
        return self.attention.attention(upper + lower, mask)
