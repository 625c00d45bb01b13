"""The fusion interface: streams of states in, one state out; and the table of fusions.

A fusion is configured by its own frozen config, which says which layers it wants, and is built
from the width and the number of streams, never from an encoder: whatever yields (batch,
positions, width) can be fused. The contract that every fusion keeps is executable:
`sprachbund.testing.check_fusion`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from jaxtyping import Bool, Float
from torch import Tensor, nn

from sprachbund.core.config import Config, validate
from sprachbund.core.registry import Registry


class FusionConfig(Config, ABC):
    """Base of all fusion configs; a subclass adds the fusion's own options."""

    type: str
    """Registered name."""

    @abstractmethod
    def layers(self, n_layers: int) -> tuple[int, ...]:
        """The layers wanted, in the order in which they reach the fusion.

        Args:
            n_layers: N, the number of layers above the embeddings; 0 is the embedding layer,
                1..N are the layers, N the last one.

        Raises:
            ModelError: a layer that the encoder does not have, with the range it has.
        """

    def label(self) -> str:
        """A short name for tables ("DLFA (k=10, literal)")."""
        return self.type

    def aggregator(self) -> str:
        """The label without layer numbers ("DLFA (literal)"): what fusions of one kind over different layers share."""
        return self.label()


class Fusion(nn.Module, ABC):
    """Streams of states to one state of the same shape.

    Args:
        config: an instance of `config_class`.
        width: E, the same for all streams.
        n_streams: how many streams `forward` will get.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    """Raised whenever the same config and weights can give another result; part of stage keys."""
    summary: ClassVar[str]
    """One line for tables and reports, with the source."""
    config_class: ClassVar[type[FusionConfig]]

    def __init__(self, config: FusionConfig, width: int, n_streams: int) -> None:
        super().__init__()
        self.config = config
        self.width = width
        self.n_streams = n_streams

    @abstractmethod
    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Fuse.

        Args:
            states: n_streams tensors of equal shape, in the order of `config.layers`.
            mask: True at real pieces. What stands at padded positions never changes the result
                at real ones; a row that is all padding gives numbers, never NaN.
        """


FUSIONS = Registry(
    "fusion",
    "sprachbund.fusions",
    {
        "last_layer": "sprachbund.models.fusion.last_layer:LastLayer",
        "average": "sprachbund.models.fusion.average:Average",
        "dlfa": "sprachbund.models.fusion.dlfa:DLFA",
    },
)


def fusion_config(values: Mapping[str, Any], source: str = "the fusion's options") -> FusionConfig:
    """Validate `{"type": "dlfa", "layer": 10}` against the config class of that fusion.

    Raises:
        RegistryError: an unknown type.
        ConfigError: all faults of its options.
    """
    fusion_class = FUSIONS.load(str(values.get("type", "last_layer"))).value
    config: FusionConfig = validate(values, fusion_class.config_class, source)
    return config


def build_fusion(config: FusionConfig, width: int, n_streams: int) -> Fusion:
    """Build the fusion that a config names."""
    fusion: Fusion = FUSIONS.load(config.type).value(config, width, n_streams)
    return fusion
