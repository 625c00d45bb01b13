"""The floor of a training or prediction: its floating-point operations over the measured rate of matrix products.

Counted from the model's shapes alone, for real pieces only: forward once and, in training, backward twice (gradients
of inputs and of weights). Looking up embeddings, norms, activations, dropout and the optimiser count nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSES = ("forward", "input gradient", "weight gradient")
"""The products of a linear layer in training."""

FORWARD = ("forward",)
"""Those in prediction."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the count needs of a model.

    Args:
        layers: number of encoder layers that run.
        width: of a state.
        inner: width inside the feed-forward block.
        labels: outputs of the head.
        queries: width of all heads' queries together; 0: that of a state.
        keys: the same of keys, and of values; 0: that of a state.
        gated: two matrices lead into the feed-forward block, one of them its gate.
        causal: a piece attends to itself and those before it.
    """

    layers: int
    width: int
    inner: int
    labels: int
    queries: int = 0
    keys: int = 0
    gated: bool = False
    causal: bool = False

    @classmethod
    def of_folder(cls, folder: Path, labels: int) -> Shape:
        """From the `config.json` of a BERT-like encoder, or of a decoder like Llama (it counts its key heads)."""
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        sizes = (config["num_hidden_layers"], config["hidden_size"], config["intermediate_size"], labels)
        if "num_key_value_heads" not in config:
            return cls(*sizes)
        size = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
        return cls(*sizes, queries=config["num_attention_heads"] * size, keys=config["num_key_value_heads"] * size,
                   gated=True, causal=True)

    def products(self) -> dict[tuple[int, int], int]:
        """(inputs, outputs) of every linear layer that each piece passes -> how many there are of it."""
        queries, keys = self.queries or self.width, self.keys or self.width
        found: dict[tuple[int, int], int] = {}
        for shape, count in (((self.width, queries), 1), ((self.width, keys), 2), ((queries, self.width), 1),
                             ((self.width, self.inner), 1 + self.gated), ((self.inner, self.width), 1)):
            found[shape] = found.get(shape, 0) + count * self.layers
        return found


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much there is to compute on, added up over windows.

    Args:
        pieces: real ones, special ones included.
        pairs: of pieces that attend to one another.
        words: at which the head is read.
    """

    pieces: float
    pairs: float
    words: float

    @classmethod
    def of(cls, lengths: Iterable[int], words: int, *, causal: bool = False) -> Amounts:
        """Of windows with so many pieces each."""
        lengths = list(lengths)
        pairs = sum(length * (length + 1) / 2 if causal else length * length for length in lengths)
        return cls(sum(lengths), pairs, words)


@dataclass(frozen=True, slots=True)
class Operations:
    """Floating-point operations of one pass over some data.

    Args:
        linear: by (inputs, outputs) of the linear layers inside the encoder.
        attention: products of queries with keys and of weights with values.
        head: the head, at labelled words only.
        passes: what is computed of each product.
    """

    linear: Mapping[tuple[int, int], float]
    attention: float
    head: float
    passes: tuple[str, ...] = PASSES

    @property
    def total(self) -> float:
        """All of them."""
        return sum(self.linear.values()) + self.attention + self.head


def count_operations(shape: Shape, amounts: Amounts, passes: tuple[str, ...] = PASSES) -> Operations:
    """Count the operations of going over some data once.

    A product of (m, k) and (k, n) has 2 m k n operations, an addition and a multiplication each.

    Args:
        shape: of the model.
        amounts: of the data.
        passes: PASSES for training, FORWARD for prediction.
    """
    times = 2 * len(passes)
    linear = {(k, n): float(times * amounts.pieces * k * n * count) for (k, n), count in shape.products().items()}
    attention = float(times * 2 * amounts.pairs * (shape.queries or shape.width) * shape.layers)
    return Operations(linear, attention, float(times * amounts.words * shape.width * shape.labels), passes)


def training_operations(shape: Shape, lengths: Iterable[int], words: int) -> Operations:
    """Count the operations of training one epoch.

    Args:
        shape: of the model.
        lengths: pieces of each window.
        words: labelled words.
    """
    return count_operations(shape, Amounts.of(lengths, words, causal=shape.causal))


def floor_seconds(operations: Operations, rates: Mapping[tuple[int, int], Mapping[str, float]]) -> float:
    """Seconds that the matrix products alone take at the measured rates.

    Attention and head, whose products are small, are taken at the mean rate of the linear layers: a floor
    that is rather too low than too high.

    Args:
        operations: of the run.
        rates: (inputs, outputs) -> pass -> operations a second.
    """
    seconds = sum(count / len(operations.passes) / rates[shape][name]
                  for shape, count in operations.linear.items() for name in operations.passes)
    mean = sum(operations.linear.values()) / seconds
    return seconds + (operations.attention + operations.head) / mean


def rates_of(measured: Mapping[str, Any], setting: str, statistic: str) -> dict[tuple[int, int], dict[str, float]]:
    """The fastest library's rate for every product, out of the figures of the child `gemm`.

    Args:
        measured: its figures.
        setting: "all threads" or "one thread a core".
        statistic: "median" or "best".
    """
    found: dict[tuple[int, int], dict[str, float]] = {}
    for row in measured["products"]:
        if row["setting"] == setting:
            by_pass = found.setdefault((row["k"], row["n"]), {})
            by_pass[row["pass"]] = max(by_pass.get(row["pass"], 0.0), row[statistic] * 1e9)
    return found


def floors(operations: Operations, measured: Mapping[str, Any]) -> dict[str, Any]:
    """The floor under every setting of the measurement; the lowest of the medians is "the floor".

    Returns:
        "seconds" by setting and statistic, "gflop_per_second" by setting, and "floor_seconds".
    """
    settings = sorted({row["setting"] for row in measured["products"]})
    seconds = {
        setting: {statistic: floor_seconds(operations, rates_of(measured, setting, statistic))
                  for statistic in ("median", "best")}
        for setting in settings
    }
    return {
        "seconds": seconds,
        "gflop_per_second": {setting: operations.total / 1e9 / seconds[setting]["median"] for setting in settings},
        "floor_seconds": min(seconds[setting]["median"] for setting in settings),
    }
