"""RESBERT's residual connection (Das et al., ACL 2023): the last layer plus a lower one after dropout.

    L = L1 + dropout(L2),  dropout 0.5 in training

There it goes with masked-language training on code-switched text; here it is the connection alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.models.fusion.pair import Pair, PairConfig


class ResidualConfig(PairConfig):
    """Which layers, and how much of the lower one is dropped."""

    title: ClassVar[str] = "residual"
    type: Literal["residual"] = "residual"
    dropout: float = Field(0.5, ge=0, lt=1)
    """Dropout on the lower layer, in training."""

    def choices(self) -> tuple[str, ...]:
        """A dropout that is not the paper's."""
        return ("" if self.dropout == 0.5 else f"dropout {self.dropout:g}",)


class Residual(Pair):
    """Two streams added, the second after dropout.

    Raises:
        ModelError: not exactly two streams.
    """

    name: ClassVar[str] = "residual"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "the last layer plus a lower one after dropout, without parameters (RESBERT, ACL 2023)"
    config_class: ClassVar[type[FusionConfig]] = ResidualConfig
    has_weights: ClassVar[bool] = False

    def __init__(self, config: ResidualConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Add."""
        upper, lower = states
        fused: Tensor = upper + self.dropout(lower)
        return fused
