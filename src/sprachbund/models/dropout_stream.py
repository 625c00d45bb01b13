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

    def mask(self, shape: Sequence[int], probability: float, dtype: torch.dtype = torch.float32) -> Tensor:
        """Draw a mask to multiply with: 0 with that probability, else what keeps the expectation.

        Args:
            shape: of the mask.
            probability: rounded to a multiple of 1/65536; what is kept is scaled by the rounded value.
            dtype: of the mask.
        """
        count = int(np.prod(shape))
        words = self._random.integers(0, _LARGEST, -(-count // 4), dtype=np.uint64, endpoint=True)
        dropped = min(round(probability * _LEVELS), _LEVELS - 1)
        kept = words.view(np.uint16)[:count] >= dropped
        scaled = np.multiply(kept, np.float32(_LEVELS / (_LEVELS - dropped)))
        return torch.from_numpy(scaled).view(*shape).to(dtype)
