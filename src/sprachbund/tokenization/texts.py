"""Many short texts as one array of bytes, so that they can lie in a file and be read one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

from sprachbund.tokenization.ragged import Integers, offsets_of

_AT_ONCE = 4096


class Texts(Sequence[str]):
    """Texts that are decoded when they are asked for; equal to any sequence of the same texts.

    Args:
        utf8: (bytes,) uint8, all texts one after another.
        offsets: (texts + 1,) where each begins.
    """

    def __init__(self, utf8: NDArray[np.uint8], offsets: Integers) -> None:
        self.utf8 = utf8
        self.offsets = offsets

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Encode texts.

        >>> list(Texts.of(["a", "", "ß"]))
        ['a', '', 'ß']
        """
        encoded = [text.encode("utf-8") for text in texts]
        lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets_of(lengths))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]  # negative numbers, and an IndexError for those outside
        start, stop = self.offsets[number : number + 2].tolist()
        return self.utf8[start:stop].tobytes().decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), _AT_ONCE):
            bounds = self.offsets[first : first + _AT_ONCE + 1].tolist()
            data = self.utf8[bounds[0] : bounds[-1]].tobytes()
            for start, stop in pairwise(bounds):
                yield data[start - bounds[0] : stop - bounds[0]].decode("utf-8")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Texts({len(self)} texts)"
