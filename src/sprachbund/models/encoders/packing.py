"""Real pieces only: how the pieces of a padded batch lie in one matrix, and where attention finds them.

Everything in a transformer but attention treats pieces one by one, so it runs on a matrix (pieces, width)
without padding. Attention runs on the rows of a batch; the indices that take states there and back are
computed once a batch and used by every layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True)
class Packing:
    """Where the real pieces of a batch lie.

    Args:
        mask: (batch, positions) True at real pieces.
    """

    mask: Bool[Tensor, "batch positions"]

    @cached_property
    def pieces(self) -> Int[Tensor, " pieces"]:
        """Flat index `row * positions + position` of every real piece."""
        return self.mask.flatten().nonzero().squeeze(1)

    @cached_property
    def has_padding(self) -> bool:
        """Whether any position is padded."""
        return self.pieces.shape[0] < self.mask.numel()

    @cached_property
    def bias(self) -> Float[Tensor, "batch 1 1 positions"]:
        """What attention scores get added: minus infinity at padded keys, but in rows that are nothing else."""
        hidden = ~self.mask & self.mask.any(1, keepdim=True)
        return torch.zeros(hidden.shape, device=hidden.device).masked_fill_(hidden, -torch.inf)[:, None, None, :]

    @cached_property
    def ends(self) -> Int[Tensor, " batch_and_one"]:
        """Where each row begins among the packed pieces, and where the last one ends; 32 bits."""
        return torch.nn.functional.pad(self.mask.sum(1).cumsum(0), (1, 0)).int()

    @property
    def longest(self) -> int:
        """At least the pieces of the longest row."""
        return self.mask.shape[1]

    def pack(self, padded: Tensor) -> Tensor:
        """(batch, positions, ...) to (pieces, ...)."""
        return padded.flatten(0, 1).index_select(0, self.pieces)

    def unpack(self, packed: Float[Tensor, "pieces width"]) -> Float[Tensor, "batch positions width"]:
        """The other way; zeros at padded positions."""
        batch, positions = self.mask.shape
        if not self.has_padding:
            return packed.view(batch, positions, -1)
        zeros = packed.new_zeros(batch * positions, packed.shape[1])
        return zeros.index_copy(0, self.pieces, packed).view(batch, positions, -1)


@dataclass(frozen=True)
class HeadRows:
    """Moves `streams` matrices that lie side by side, (pieces, streams * heads * size), to attention's rows and back.

    Args:
        packing: of the batch.
        streams: 3 for queries, keys and values together, 1 for what attention gives.
        heads: attention heads.
    """

    packing: Packing
    streams: int
    heads: int

    def to_heads(self, packed: Float[Tensor, "pieces_and_one parts"]) -> Float[Tensor, "streams rows positions size"]:
        """Take apart into (streams, batch * heads, positions, size).

        Args:
            packed: with one row of zeros at its end, which is what padded positions get.
        """
        batch, positions = self.packing.mask.shape
        parts = packed.view(packed.shape[0] * self.streams * self.heads, -1)
        return parts.index_select(0, self._to_heads).view(self.streams, batch * self.heads, positions, -1)

    def from_heads(self, rows: Float[Tensor, "*rows size"]) -> Float[Tensor, "pieces parts"]:
        """The other way; what stands at padded positions is left behind."""
        return rows.reshape(-1, rows.shape[-1]).index_select(0, self._from_heads).view(len(self.packing.pieces), -1)

    @cached_property
    def _to_heads(self) -> Int[Tensor, " parts"]:
        batch, positions = self.packing.mask.shape
        count, parts, device = len(self.packing.pieces), self.streams * self.heads, self.packing.mask.device
        number = torch.full((batch * positions,), count, device=device)
        number[self.packing.pieces] = torch.arange(count, device=device)
        offset = torch.arange(parts, device=device).view(self.streams, 1, self.heads, 1)
        return (number.view(1, batch, 1, positions) * parts + offset).flatten()

    @cached_property
    def _from_heads(self) -> Int[Tensor, " parts"]:
        batch, positions = self.packing.mask.shape
        row, position = self.packing.pieces // positions, self.packing.pieces % positions
        piece = (row * self.heads * positions + position).view(-1, 1, 1)
        device = piece.device
        stream = torch.arange(self.streams, device=device).view(1, -1, 1) * (batch * self.heads * positions)
        return (piece + stream + torch.arange(self.heads, device=device) * positions).flatten()
