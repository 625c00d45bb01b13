"""Random streams for fusions, and weights away from where they start."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn


@pytest.fixture
def streams() -> Callable[..., tuple[list[Tensor], Tensor]]:
    """Some states in double precision and their mask; padded positions hold large numbers."""

    def make(count: int, lengths: tuple[int, ...] = (4, 1, 0, 6), width: int = 8) -> tuple[list[Tensor], Tensor]:
        generator = torch.Generator().manual_seed(count)
        mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
        states = torch.randn(count, *mask.shape, width, generator=generator, dtype=torch.float64) * 2 + 0.3
        states[:, ~mask] = 500.0
        return list(states), mask

    return make


@pytest.fixture
def moved() -> Callable[[nn.Module], nn.Module]:
    """Put every parameter of a module elsewhere, the same in every run; in double precision."""

    def move(module: nn.Module) -> nn.Module:
        generator = torch.Generator().manual_seed(7)
        module.double()
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.add_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
        return module

    return move
