"""DLFA (2205.08497): the last layer and one lower layer, fused by the AIF module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor

from sprachbund.models.fusion.aif import AIF, Gate
from sprachbund.models.fusion.average import Integration
from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.models.fusion.ms_cam import Branches, Convolutions, Kernel, Normalisation
from sprachbund.models.fusion.pair import GatedPair, PairConfig


class DLFAConfig(PairConfig):
    """Which lower layer, and what the paper leaves open."""

    title: ClassVar[str] = "DLFA"
    type: Literal["dlfa"] = "dlfa"
    integration: Integration = "mean"
    """What the module reads: the mean of the two layers, or their sum."""
    gate: Gate = "literal"
    """literal: W' = sigmoid(.) * W, as equation (1) is printed; sigmoid: W' = sigmoid(.), a true weight."""
    normalisation: Normalisation = "batch"
    """batch: over the real tokens of the batch; layer: over the channels of each token; none."""
    reduction: int = Field(4, ge=1)
    """r: both branches squeeze E channels to E/r."""
    kernel: Kernel = 1
    """Positions that a convolution of the local branch sees: the token, or its two neighbours too."""
    branches: Branches = "both"
    """Global and local context, or one of them alone (an ablation)."""
    convolutions: Convolutions = 2
    """Of each branch: squeeze and expansion, or one alone (the paper's "two convolution layers" taken for both branches
    together)."""

    def choices(self) -> tuple[str, ...]:
        """The gate, and every option that is not the default."""
        return (
            self.gate,
            "sum" if self.integration == "sum" else "",
            "" if self.normalisation == "batch" else f"{self.normalisation} norm".replace("none", "no"),
            "" if self.reduction == 4 else f"r={self.reduction}",
            "" if self.kernel == 1 else f"kernel {self.kernel}",
            "" if self.branches == "both" else f"{self.branches} branch",
            "" if self.convolutions == 2 else "one convolution a branch",
        )


class DLFA(GatedPair):
    """Two streams, the last layer and a lower one, through one AIF module.

    Raises:
        ModelError: not exactly two streams.
    """

    name: ClassVar[str] = "dlfa"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "the last layer and a lower one, gated by global and local context (2205.08497)"
    config_class: ClassVar[type[FusionConfig]] = DLFAConfig

    def __init__(self, config: DLFAConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.aif = AIF(
            width,
            reduction=config.reduction,
            gate=config.gate,
            integration=config.integration,
            normalisation=config.normalisation,
            branches=config.branches,
            kernel=config.kernel,
            convolutions=config.convolutions,
        )

    def weights(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """W' of equation (1)."""
        last, lower = states
        return self.aif.weights(last, lower, mask)
