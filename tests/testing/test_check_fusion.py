"""The contract check finds every kind of broken promise, and says which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import pytest
import torch
from torch import Tensor, nn

from sprachbund.core.errors import RegistryError
from sprachbund.models.fusion.fusion import Fusion, FusionConfig
from sprachbund.testing.check_fusion import check_fusion


class TwoLayers(FusionConfig):
    """The last layer and the one below it."""

    type: Literal["stranger"] = "stranger"
    scale: float = 1.0

    def layers(self, n_layers: int) -> tuple[int, ...]:
        return (n_layers, n_layers - 1)


class Stranger(Fusion):
    """A sound fusion of a stranger: a gate a channel."""

    name: ClassVar[str] = "stranger"
    version: ClassVar[int] = 1
    summary: ClassVar[str] = "a learnt gate a channel"
    config_class: ClassVar[type[FusionConfig]] = TwoLayers

    def __init__(self, config: FusionConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.gate = nn.Parameter(torch.rand(width))

    def forward(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        return states[0] * self.gate + states[1] * (1 - self.gate)


class SeesPadding(Stranger):
    def forward(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        return super().forward(states, mask) + 1e-3 * states[0].mean(1, keepdim=True)


class DividesByLength(Stranger):
    def forward(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        kept = states[0].masked_fill(~mask.unsqueeze(2), 0)
        return super().forward(states, mask) + kept.sum(1, keepdim=True) / mask.sum(1).view(-1, 1, 1)


class JoinsSentences(Stranger):
    def forward(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        return super().forward(states, mask) + states[0][mask].sum(0)


class ForgetsAStream(Stranger):
    def forward(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        return states[0] * self.gate + states[1].detach()


class OtherShape(Stranger):
    def forward(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        return super().forward(states, mask)[..., :-1]


class OtherType(Stranger):
    def forward(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        return super().forward(states, mask).float()


class OwnRandomness(Stranger):
    def __init__(self, config: FusionConfig, width: int, n_streams: int) -> None:
        super().__init__(config, width, n_streams)
        self.gate = nn.Parameter(torch.rand(width, generator=torch.Generator().manual_seed(torch.seed() % 10_000)))


class HiddenState(Stranger):
    """What it learns in training is not in its state dict."""

    shift: float = 0.0

    def forward(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        if self.training:
            self.shift = 0.01 * float(mask.sum())
        return super().forward(states, mask) + self.shift


class CoarseInHalfPrecision(Stranger):
    def forward(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        fused = super().forward(states, mask)
        coarse = torch.is_autocast_enabled("cpu")
        return (fused * 8).round() / 8 if coarse else fused


class FixedLayers(TwoLayers):
    def layers(self, n_layers: int) -> tuple[int, ...]:
        return (3, 2)


class RefusesNothing(Stranger):
    config_class: ClassVar[type[FusionConfig]] = FixedLayers


class NoStreams(TwoLayers):
    def layers(self, n_layers: int) -> tuple[int, ...]:
        return ()


class WantsNothing(Stranger):
    config_class: ClassVar[type[FusionConfig]] = NoStreams


class Silent(Stranger):
    summary: ClassVar[str] = " "


class SaysThatItLearnsNothing(Stranger):
    has_weights: ClassVar[bool] = False


def test_a_sound_stranger_passes() -> None:
    check_fusion(Stranger)
    check_fusion(Stranger, {"scale": 0.5})


@pytest.mark.parametrize(
    ("fusion", "told"),
    [
        (SeesPadding, "stranger in training, torch.float32: five more positions of padding change real tokens by"),
        (DividesByLength, r"torch.float32, sentences of \[0, 3\] pieces padded to 4: not every value is a number"),
        (JoinsSentences, "in evaluation, torch.float32: a sentence alone differs from the same one in a batch by"),
        (ForgetsAStream, "no gradient reaches stream 1"),
        (OtherShape, r"expected \(3, 5, 24\), got \(3, 5, 23\)"),
        (OtherType, "expected torch.bfloat16, got torch.float32"),
        (OwnRandomness, "the same seed gives another gate"),
        (HiddenState, "what was saved and loaded again gives another result"),
        (CoarseInHalfPrecision, "bfloat16 autocast differs from float32 by"),
        (RefusesNothing, r"wants the layers \(3, 2\) of an encoder that has 0 to 2: it has to raise ModelError"),
        (WantsNothing, "stranger wants no layer at all"),
        (Silent, "stranger has no `summary` line"),
        (SaysThatItLearnsNothing, "stranger has weights to learn, and its class says `has_weights = False`"),
        (nn.Linear, "is no subclass of sprachbund.models.fusion.fusion.Fusion"),
    ],
)
def test_a_broken_promise_is_told(fusion: type[Fusion], told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        check_fusion(fusion)


def test_options_that_are_missing_or_wrong() -> None:
    with pytest.raises(AssertionError, match=r"dlfa cannot be configured with the options \{\}: give `options`"):
        check_fusion("dlfa")
    with pytest.raises(AssertionError, match="scales: unknown key"):
        check_fusion(Stranger, {"scales": 2})


def test_an_unknown_name() -> None:
    with pytest.raises(RegistryError, match="there is no fusion named 'gated'"):
        check_fusion("gated")
