"""A container in the format of the bundled encoder's file, small enough to damage in every way."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch


@dataclass
class Pieces:
    """What goes into a container; change a part and write again."""

    magic: bytes = b"E5S1"
    version: int = 1
    sizes: list[int] = field(default_factory=lambda: [32, 2, 2, 64, 14, 16, 2])  # two more rows than pieces
    epsilon: float = 1e-12
    block: int = 32
    special: tuple[int, int, int, int] = (0, 2, 1, 3)
    pieces: list[bytes] = field(default_factory=lambda: [
        piece.encode() for piece in ("<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "▁a", "▁ab", "ä", "é", "<mask>")
    ])
    replacements: dict[int, str] = field(default_factory=lambda: {0x01: "", 0x09: " ", 0xFF21: "a", 0x00BD: "a/b"})
    tensors: dict[str, tuple[int, bytes, int]] = field(default_factory=dict)  # name -> kind, data, weights

    def add_all(self, seed: int = 0) -> Pieces:
        """Random tensors of the right sizes under all the names."""
        generator = np.random.default_rng(seed)
        width, layers, _, inner, rows, positions, types = self.sizes

        def plain(name, count):
            self.tensors[name] = (0, generator.normal(size=count).astype("<f4").tobytes(), count)

        def quantised(name, count):
            blocks = np.zeros(count // 32, dtype=[("scale", "<f2"), ("nibbles", "u1", 16)])
            blocks["scale"] = generator.normal(size=len(blocks)) / 50
            blocks["nibbles"] = generator.integers(0, 256, size=(len(blocks), 16))
            self.tensors[name] = (1, blocks.tobytes(), count)

        quantised("emb.word", rows * width)
        plain("emb.pos", positions * width)
        plain("emb.type", types * width)
        for layer in range(layers):
            for name, out, into in (("q", width, width), ("k", width, width), ("v", width, width),
                                    ("ao", width, width), ("fi", inner, width), ("fo", width, inner)):
                quantised(f"l{layer}.{name}.w", out * into)
                plain(f"l{layer}.{name}.b", out)
        for norm in ("emb.ln", *(f"l{layer}.{name}" for layer in range(layers) for name in ("aln", "oln"))):
            plain(f"{norm}.w", width)
            plain(f"{norm}.b", width)
        return self

    def write(self, path: Path) -> Path:
        """Write the container."""
        starts = np.cumsum([0, *map(len, self.pieces)])
        table = b"".join(struct.pack(f"<IB{len(text)}I", code, len(text), *map(ord, text))
                         for code, text in sorted(self.replacements.items()))
        head = struct.pack("<4sI7ifi", self.magic, self.version, *self.sizes, self.epsilon, self.block)
        head += struct.pack("<5iQ", len(self.pieces), *self.special, sum(map(len, self.pieces)))
        head += starts.astype("<u4").tobytes()
        head += np.linspace(-1, -9, len(self.pieces)).astype("<f4").tobytes() + b"".join(self.pieces)
        head += struct.pack("<iI", len(self.replacements), len(table)) + table
        head += struct.pack("<i", len(self.tensors))
        directory = sum(2 + len(name) + 21 for name in self.tensors)
        offset = -(-(len(head) + directory) // 64) * 64
        data = b""
        for name, (kind, raw, count) in self.tensors.items():
            head += struct.pack("<H", len(name)) + name.encode()
            head += struct.pack("<BIQQ", kind, count, offset + len(data), len(raw))
            data += raw + bytes(-len(raw) % 64)
        path.write_bytes(head + bytes(offset - len(head)) + data)
        return path


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Tensors here are tiny: more threads only wait for one another."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def pieces() -> Pieces:
    return Pieces().add_all()
