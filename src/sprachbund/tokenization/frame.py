"""The special pieces that frame an input (`<s> ... </s>`), found by asking the tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from sprachbund.core.errors import DataError, ModelError
from sprachbund.tokenization.tokenizer import PieceTokenizer

_PROBES = ("a", "1", ".")


@dataclass(frozen=True, slots=True)
class Specials:
    """Some special pieces in a row: their ids and segment ids, both (pieces,)."""

    ids: NDArray[np.int32]
    types: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before, between and after the pieces of one or two texts.

    Args:
        before, between, after: special pieces; `between` is empty for one text.
        type_first, type_second: segment ids of the two texts' own pieces.
    """

    before: Specials
    between: Specials
    after: Specials
    type_first: int
    type_second: int

    @property
    def size(self) -> int:
        """Number of special pieces."""
        return len(self.before) + len(self.between) + len(self.after)

    def capacity(self, max_pieces: int) -> int:
        """Pieces of text that fit into an input of `max_pieces`.

        Raises:
            DataError: not even one fits beside the special pieces.
        """
        if max_pieces <= self.size:
            raise DataError(
                f"max_pieces is {max_pieces}, but the special pieces alone take {self.size}",
                remedy=f"set max_pieces to {self.size + 1} or more (512 is usual)",
            )
        return max_pieces - self.size


def frame_of(tokenizer: PieceTokenizer, *, pair: bool) -> Frame:
    """Ask a tokenizer how it frames one text or a pair.

    Raises:
        ModelError: the tokenizer gives no piece for a plain letter, digit or full stop.
    """
    encoding = _probe(tokenizer.tokenizer, pair)
    owners = encoding.sequence_ids
    first = [position for position, owner in enumerate(owners) if owner == 0]
    second = [position for position, owner in enumerate(owners) if owner == 1]
    last = second or first

    def specials(start: int, stop: int) -> Specials:
        return Specials(
            np.array(encoding.ids[start:stop], dtype=np.int32), np.array(encoding.type_ids[start:stop], dtype=np.uint8)
        )

    return Frame(
        before=specials(0, first[0]),
        between=specials(first[-1] + 1, second[0]) if second else specials(0, 0),
        after=specials(last[-1] + 1, len(owners)),
        type_first=encoding.type_ids[first[0]],
        type_second=encoding.type_ids[last[0]],
    )


def _probe(tokenizer: Tokenizer, pair: bool) -> Encoding:
    wanted: Sequence[int] = (0, 1) if pair else (0,)
    for text in _PROBES:
        encoding = tokenizer.encode(text, text) if pair else tokenizer.encode(text)
        if all(owner in encoding.sequence_ids for owner in wanted):
            return encoding
    raise ModelError(
        f"the tokenizer gives no piece for any of {', '.join(map(repr, _PROBES))}",
        remedy="check that the tokenizer file belongs to the encoder",
    )
