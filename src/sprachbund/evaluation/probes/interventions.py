"""Trained models with one thing changed above the encoder: a subspace out of the fused state, a gate that stands still.

The changed models share the encoder of the whole one, so that all of them predict on one pass
(`evaluation.predict.predict_together`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from sprachbund.core.errors import ModelError
from sprachbund.evaluation.probes.discriminant import Floats
from sprachbund.models.fusion.fusion import Fusion
from sprachbund.models.transfer_model import TransferModel


class _Changed(Fusion):
    """A fusion with something done to it; `config` and streams are those of the fusion inside."""

    version: ClassVar[int] = 1

    def __init__(self, fusion: Fusion) -> None:
        super().__init__(fusion.config, fusion.width, fusion.n_streams)
        self.inner = fusion


class WithoutSubspace(_Changed):
    """A fused state without its part in a subspace, but for that part of its mean.

    The mean stays, so that the head meets the values that it met most often there: what it loses is what the
    subspace tells of one word or text against another.

    Args:
        fusion: what is fused.
        basis: (width, rank) orthonormal.
        mean: (width,) of the fused state.
    """

    name: ClassVar[str] = "without_subspace"
    summary: ClassVar[str] = "another fusion, a subspace taken out of what it gives (Ravfogel et al. 2020)"

    basis: Tensor
    mean: Tensor

    def __init__(self, fusion: Fusion, basis: Floats, mean: Floats) -> None:
        super().__init__(fusion)
        self.register_buffer("basis", torch.from_numpy(basis).float())
        self.register_buffer("mean", torch.from_numpy(mean).float())

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Fuse, then project."""
        fused: Tensor = self.inner(states, mask)
        basis = self.basis.to(fused.dtype)
        return fused - ((fused - self.mean.to(fused.dtype)) @ basis) @ basis.T


class WithFrozenGate(_Changed):
    """A fusion whose gate is the same at every position of every text.

    Args:
        fusion: one with a gate.
        gate: (channels,) what the gate is.

    Raises:
        ModelError: the fusion has no gate, or one with another number of channels.
    """

    name: ClassVar[str] = "with_frozen_gate"
    summary: ClassVar[str] = "another fusion, its gate replaced by a constant"

    frozen: Tensor

    def __init__(self, fusion: Fusion, gate: Floats) -> None:
        super().__init__(fusion)
        if fusion.gate_channels is None:
            raise ModelError(f"the fusion {fusion.config.label()} has no gate that could be frozen",
                             remedy="choose a model with a gate, such as one trained with --fusion dlfa:layer=...")
        if fusion.gate_channels != len(gate):
            raise ModelError(f"a gate of {len(gate)} channels was given to {fusion.config.label()}, whose gate has "
                             f"{fusion.gate_channels}", remedy="take the statistics of this model's own gate")
        self.register_buffer("frozen", torch.from_numpy(gate).float())

    def forward(
        self,
        states: Sequence[Float[Tensor, "batch positions width"]],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions width"]:
        """Mix with the constant gate."""
        return self.inner.apply_gate(states, mask, self.frozen.to(states[0].dtype).view(1, 1, -1))


def changed(model: TransferModel, fusion: Fusion) -> TransferModel:
    """A model that shares encoder and head with another one and has its own fusion, in evaluation mode."""
    return TransferModel(model.encoder, fusion, model.head).train(False)
