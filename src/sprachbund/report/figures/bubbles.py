"""Round marks with a code in them that do not lie on one another: each near its own place, none outside."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 220
_PULL = 0.03


def spread(
    places: Sequence[tuple[float, float]], radius: float, box: tuple[float, float, float, float]
) -> list[tuple[float, float]]:
    """Move positions apart until circles around them touch at most, while a spring pulls each back to its place.

    Args:
        places: (x, y) wanted.
        radius: of the circles.
        box: left, top, right, bottom; circles stay inside.

    Returns:
        (x, y) a place, in order; the same for the same input.
    """
    if not places:
        return []
    wanted = np.array(places, dtype=np.float64)
    # Equal places are parted along a spiral, so that there is a direction to push into.
    turns = np.arange(len(wanted)) * math.pi * (3 - math.sqrt(5))
    parted = 0.01 * np.column_stack([np.cos(turns), np.sin(turns)])
    low, high = np.array(box[:2]) + radius, np.array(box[2:]) - radius
    at = np.clip(wanted, low, np.maximum(low, high))
    for number in range(_ROUNDS):
        pull = _PULL * (1 - number / _ROUNDS)  # the last rounds only part
        at += pull * (wanted - at)
        at += _pushes(at + parted, 2 * radius + 1)
        at = np.clip(at, low, np.maximum(low, high))
    return [(float(x), float(y)) for x, y in at]


def _pushes(at: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    away = at[:, None, :] - at[None, :, :]
    far = np.sqrt((away**2).sum(axis=-1))
    np.fill_diagonal(far, np.inf)
    short = np.maximum(reach - far, 0.0)
    return np.asarray((away / np.maximum(far, 1e-9)[..., None] * short[..., None]).sum(axis=1) * 0.45)
