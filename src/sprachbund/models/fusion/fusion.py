"""The fusion interface: streams of states in, one state out; the table of fusions; the start as the last layer.

A fusion is configured by its own frozen config, which says which layers it wants, and is built
from the width and the number of streams, never from an encoder: whatever yields (batch,
positions, width) can be fused. The contract that every fusion keeps is executable:
`sprachbund.testing.check_fusion`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from sprachbund.core.config import Config, validate
from sprachbund.core.errors import ModelError
from sprachbund.core.registry import Registry


class FusionConfig(Config, ABC):
    """Base of all fusion configs; a subclass adds the fusion's own options."""

    type: str
    """Registered name."""
    identity_start: bool = False
    """Start training exactly as the last layer, whatever the fusion is (see `IdentityStart`)."""

    @abstractmethod
    def layers(self, n_layers: int) -> tuple[int, ...]:
        """The layers wanted, in the order in which they reach the fusion.

        Args:
            n_layers: N, the number of layers above the embeddings; 0 is the embedding layer,
                1..N are the layers, N the last one.

        Raises:
            ModelError: a layer that the encoder does not have, with the range it has.
        """

    def streams(self, n_layers: int) -> tuple[int, ...]:
        """What is asked of the encoder: `layers`, and behind them the last one where only the identity start needs it.

        Raises:
            ModelError: as `layers`.
        """
        wanted = self.layers(n_layers)
        return (*wanted, n_layers) if self.identity_start and n_layers not in wanted else wanted

    def label(self) -> str:
        """A short name for tables, with every option that is not the default ("DLFA (k=10, literal)")."""
        return self.named(self.type)

    def aggregator(self) -> str:
        """The label without layer numbers ("DLFA (literal)"): what fusions of one kind over different layers share."""
        return self.label()

    def named(self, title: str, *parts: str) -> str:
        """Put a label together: "title (part, part)", empty parts left out, the identity start told at the end."""
        told = [part for part in (*parts, "identity start" if self.identity_start else "") if part]
        return f"{title} ({', '.join(told)})" if told else title


class Fusion(nn.Module, ABC):
    """Streams of states to one state of the same shape.

    A fusion that weighs its streams may tell its weights: with `gate_channels`, `read_gate` and
    `apply_gate`, `forward(states, mask)` equals `apply_gate(states, mask, read_gate(states, mask))` in evaluation mode.

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
    control: ClassVar[bool] = False
    """Whether it sees the last layer only and has weights: a gain of it is no gain of fusing layers."""
    has_weights: ClassVar[bool] = True
    """Whether it has weights to learn, and so a learning rate."""

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

    @property
    def gate_channels(self) -> int | None:
        """Channels of the gate at one position; None: the fusion has no gate."""
        return None

    def read_gate(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions channels"] | None:
        """What weighs the streams at each position, as it enters the sum; 0 at padding. None: there is no gate.

        Of two streams, the weight of the first one, channel by channel; of several, the weights of all,
        stream by stream.
        """
        return None

    def apply_gate(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
        gate: Float[Tensor, "gates places channels"],
    ) -> Float[Tensor, "batch positions width"]:
        """The fused state for a given gate, which may be one for all positions, (1, 1, channels).

        Raises:
            ModelError: the fusion has no gate.
        """
        raise ModelError(f"the fusion {self.config.type} has no gate", remedy="choose one that has, such as dlfa")


class IdentityStart(Fusion):
    """A fusion behind a door that is shut at first: last + gain * (fused - last).

    The gain is one weight a channel and 0 when training starts, so the result is then the last layer, bit for bit
    (ReZero, 2003.04887). The gain learns at the first step, what is behind it from the second on; so the fusion must
    not give the last layer by itself, or neither ever learns.

    Args:
        fusion: what is fused; its config is this one's.
        last: which stream is the last layer.
        n_streams: as many as `fusion` takes, or one more: the last layer, which it does not take.
    """

    name: ClassVar[str] = "identity_start"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "another fusion, started as the last layer (the gain of ReZero, 2003.04887)"

    def __init__(self, fusion: Fusion, last: int, n_streams: int) -> None:
        super().__init__(fusion.config, fusion.width, n_streams)
        self.inner = fusion
        self.last = last
        self.gain = nn.Parameter(torch.zeros(fusion.width))

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Fuse, and add as much of the difference to the last layer as the gain lets through."""
        return self._moved(states, self.inner(self._own(states), mask))

    @property
    def gate_channels(self) -> int | None:
        """Those of the fusion inside."""
        return self.inner.gate_channels

    def read_gate(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions channels"] | None:
        """That of the fusion inside; the gain is no part of it."""
        return self.inner.read_gate(self._own(states), mask)

    def apply_gate(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
        gate: Float[Tensor, "gates places channels"],
    ) -> Float[Tensor, "batch positions width"]:
        """As `forward`, with a given gate."""
        return self._moved(states, self.inner.apply_gate(self._own(states), mask, gate))

    def _own(self, states: Sequence[Tensor]) -> Sequence[Tensor]:
        return states[: self.inner.n_streams]

    def _moved(self, states: Sequence[Tensor], fused: Tensor) -> Tensor:
        last = states[self.last]
        return (last + self.gain * (fused - last)).to(last.dtype)


FUSIONS = Registry(
    "fusion",
    "sprachbund.fusions",
    {
        "last_layer": "sprachbund.models.fusion.last_layer:LastLayer",
        "single_layer": "sprachbund.models.fusion.single_layer:SingleLayer",
        "average": "sprachbund.models.fusion.average:Average",
        "scalar_mix": "sprachbund.models.fusion.scalar_mix:ScalarMix",
        "concat": "sprachbund.models.fusion.concat:Concat",
        "dlfa": "sprachbund.models.fusion.dlfa:DLFA",
        "aff": "sprachbund.models.fusion.aff:AFF",
        "iaff": "sprachbund.models.fusion.iaff:IAFF",
        "static_gate": "sprachbund.models.fusion.static_gate:StaticGate",
        "fixed_mix": "sprachbund.models.fusion.fixed_mix:FixedMix",
        "residual": "sprachbund.models.fusion.residual:Residual",
        "squeeze_excitation": "sprachbund.models.fusion.squeeze_excitation:SqueezeExcitation",
        "dwatt": "sprachbund.models.fusion.dwatt:DWAtt",
        "aif_all": "sprachbund.models.fusion.aif_all:AIFAll",
        "refined_last": "sprachbund.models.fusion.refined_last:RefinedLast",
        "bottleneck": "sprachbund.models.fusion.bottleneck:Bottleneck",
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


def learns(config: FusionConfig) -> bool:
    """Whether the fusion that a config names has weights to learn.

    Raises:
        RegistryError: nobody registers the fusion.
    """
    return config.identity_start or bool(FUSIONS.load(config.type).value.has_weights)


def build_fusion(config: FusionConfig, width: int, *, n_layers: int) -> Fusion:
    """Build the fusion that a config names, over the layers of an encoder.

    Args:
        config: which fusion; with `identity_start` it is put into an `IdentityStart`.
        width: E.
        n_layers: N, the number of layers above the embeddings.

    Raises:
        ModelError: a layer that the encoder does not have.
        RegistryError: nobody registers the fusion.
    """
    return start_of(FUSIONS.load(config.type).value(config, width, len(config.layers(n_layers))), n_layers)


def start_of(fusion: Fusion, n_layers: int) -> Fusion:
    """The fusion itself, or in an `IdentityStart` if its config asks for that."""
    if not fusion.config.identity_start:
        return fusion
    streams = fusion.config.streams(n_layers)
    return IdentityStart(fusion, streams.index(n_layers), len(streams))
