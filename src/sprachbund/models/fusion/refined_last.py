"""A control: the last layer refined by MS-CAM (2009.14082, equation (3)), L = L1 * M(L1).

It has exactly the weights of DLFA's AIF and sees the last layer only. A gain that it has too is one of weights and
norms, not of lower layers. (AIF with the last layer for both inputs is no control: it returns that layer.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor

from sprachbund.models.fusion.fusion import Fusion, FusionConfig
from sprachbund.models.fusion.ms_cam import MSCAM, Normalisation


class RefinedLastConfig(FusionConfig):
    """The size of the attention: as DLFA's."""

    type: Literal["refined_last"] = "refined_last"
    normalisation: Normalisation = "batch"
    """Of both branches: over the real tokens of the batch, over the channels of each token, or none."""
    reduction: int = Field(4, ge=1)
    """r: both branches squeeze E channels to E/r."""

    def layers(self, n_layers: int) -> tuple[int, ...]:
        """The last layer."""
        return (n_layers,)

    def label(self) -> str:
        """Name for tables."""
        return self.named("refined last layer",
                          "" if self.normalisation == "batch" else f"{self.normalisation} norm".replace("none", "no"),
                          "" if self.reduction == 4 else f"r={self.reduction}")


class RefinedLast(Fusion):
    """One stream, the last layer, times its own attention."""

    name: ClassVar[str] = "refined_last"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "control: the last layer times its own attention, as many weights as DLFA (2009.14082)"
    config_class: ClassVar[type[FusionConfig]] = RefinedLastConfig
    control: ClassVar[bool] = True

    def __init__(self, config: RefinedLastConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.cam = MSCAM(width, reduction=config.reduction, normalisation=config.normalisation)

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Refine."""
        (last,) = states
        return (last * self.cam.attention(last, mask)).to(last.dtype)
