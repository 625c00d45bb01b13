"""What one vector is made of a text's states; no torch."""

from __future__ import annotations

from typing import Literal

Pooling = Literal["mean", "first"]
POOLINGS: tuple[Pooling, ...] = ("mean", "first")
"""What one vector is made of a text's states: the mean over all real pieces, special ones included, or the first."""
