"""A table of replacements as the compiled map that `tokenizers.normalizers.Precompiled` reads.

The map is SentencePiece's: the size of a trie in bytes, the trie, and the replacements, each ended by
a NUL. The trie is a double array as darts-clone lays it out: a unit has its label in bits 0-7,
"has a value" in bit 8 and in bits 10-30 an offset; from the node at p the child of byte c is at
p xor offset xor c, and a value stands where the child of byte 0 would.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_HAS_VALUE = 1 << 8
_IS_VALUE = 1 << 31
_BLOCK = 256  # whole blocks: p xor c stays inside the array for every byte c


def compile_charsmap(replacements: Mapping[int, str]) -> bytes:
    """Compile code point -> replacement.

    U+0000 cannot be in the map (it ends a key) and is left out.
    """
    texts = bytearray(b"\0")  # offset 0 is the empty text
    places: dict[str, int] = {"": 0}
    values: dict[bytes, int] = {}
    for code, text in sorted(replacements.items()):
        if code == 0:
            continue
        if text not in places:
            places[text] = len(texts)
            texts += text.encode() + b"\0"
        values[chr(code).encode()] = places[text]
    trie = double_array(values).astype("<u4").tobytes()
    return struct.pack("<I", len(trie)) + trie + bytes(texts)


def double_array(values: Mapping[bytes, int]) -> NDArray[np.uint32]:
    """Lay out a trie over keys of which none begins another and none contains a zero byte.

    Args:
        values: key -> value, 0 <= value < 2**31.

    Returns:
        (units,) uint32, a whole number of blocks of 256.
    """
    children: dict[bytes, list[int]] = {b"": []}
    for key in sorted(values):
        for length in range(len(key)):
            known = children.setdefault(key[:length], [])
            if not known or known[-1] != key[length]:
                known.append(key[length])
    layout = _Layout()
    positions = {b"": 0}
    for prefix in sorted(children, key=lambda prefix: (len(prefix), prefix)):
        position = positions[prefix]
        base = layout.place(children[prefix])
        layout.units[position] |= (position ^ base) << 10
        for byte in children[prefix]:
            positions[prefix + bytes([byte])] = base ^ byte
            layout.units[base ^ byte] |= byte
    for key, value in values.items():
        position = positions[key]
        base = layout.place([0])
        layout.units[position] |= (position ^ base) << 10 | _HAS_VALUE
        layout.units[base] = value | _IS_VALUE
    return layout.units


class _Layout:
    """Units, and which are taken; two nodes never share a base, else one would see the other's children."""

    def __init__(self) -> None:
        self.units = np.zeros(0, dtype=np.uint32)
        self._taken = np.zeros(0, dtype=np.bool_)
        self._bases = np.zeros(0, dtype=np.bool_)
        self._grow()
        self._taken[0] = True  # the root

    def place(self, labels: list[int]) -> int:
        """Take a base whose units for all labels are free."""
        while True:
            free = np.flatnonzero(~self._bases)
            for label in labels:
                free = free[~self._taken[free ^ label]]
            if len(free):
                base = int(free[0])
                self._bases[base] = True
                self._taken[base ^ np.array(labels)] = True
                return base
            self._grow()

    def _grow(self) -> None:
        self.units = np.concatenate([self.units, np.zeros(_BLOCK, dtype=np.uint32)])
        self._taken = np.concatenate([self._taken, np.zeros(_BLOCK, dtype=np.bool_)])
        self._bases = np.concatenate([self._bases, np.zeros(_BLOCK, dtype=np.bool_)])
