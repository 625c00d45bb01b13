"""Dropout masks from a random stream of its own.

Torch draws masks on a processor one number an element and in one thread, and all threads share one generator:
on the bundled encoder that is a tenth of a training step, and with several threads the order of the draws would
decide the result. A stream draws 16 bits an element, belongs to one part of one step, and is made from
the seed alone, so a training that goes on from a checkpoint needs nothing else to draw the same masks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

_LEVELS = 1 << 16
_LARGEST = np.iinfo(np.uint64).max


class DropoutStream:
    """Draws masks, each from the numbers after the last one's.

    Args:
        seed: decides everything that is drawn.
    """

    def __init__(self, seed: int) -> None:
        self._random = np.random.Generator(np.random.SFC64(seed))

    def kept(self, shape: Sequence[int], probability: float) -> Tensor:
        """Draw what is kept, True or False, a byte an element: what a backward pass holds on to.

        Args:
            shape: of the mask.
            probability: that an element is dropped, rounded to a multiple of 1/65536.
        """
        count = int(np.prod(shape))
        words = self._random.integers(0, _LARGEST, -(-count // 4), dtype=np.uint64, endpoint=True)
        return torch.from_numpy(words.view(np.uint16)[:count] >= _dropped_levels(probability)).view(*shape)

    def mask(self, shape: Sequence[int], probability: float, dtype: torch.dtype = torch.float32) -> Tensor:
        """Draw a mask to multiply with: see `kept` and `mask_of`."""
        return mask_of(self.kept(shape, probability), probability, dtype)


def mask_of(kept: Tensor, probability: float, dtype: torch.dtype = torch.float32) -> Tensor:
    """A mask to multiply with: 0 where nothing is kept, else what keeps the expectation.

    Args:
        kept: see `DropoutStream.kept`.
        probability: with which it was drawn; what is kept is scaled by its rounded value.
        dtype: of the mask.
    """
    scale = np.float32(_LEVELS / (_LEVELS - _dropped_levels(probability)))
    return kept.to(torch.float32).mul_(float(scale)).to(dtype)


def _dropped_levels(probability: float) -> int:
    return min(round(probability * _LEVELS), _LEVELS - 1)
