"""Means of a trained model's gate by language: from the gate statistics of a sweep's cells, or from probes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from sprachbund.languages.language import find_variant
from sprachbund.results.gates import GateRow, pooled_mean, read_gates
from sprachbund.results.probe_findings import ProbeFindings

_TEST = "test"
_MODEL = ("encoder", "fusion", "gate", "layers", "system", "seed", "train_data")


@dataclass(frozen=True, slots=True)
class GateMeans:
    """The gate of one model on one data set.

    Args:
        encoder, fusion, gate, layers, system, seed, train_data: of the model, as its score rows have them.
        data_set: whose test texts were read.
        means: base language -> mean over words and channels.
    """

    encoder: str
    fusion: str
    gate: str
    layers: tuple[int, ...]
    system: str
    seed: int
    train_data: str
    data_set: str
    means: Mapping[str, float]


def is_gates(path: Path) -> bool:
    """Whether a parquet file holds gate statistics."""
    return b"sprachbund.gates" in (pq.read_schema(path).metadata or {})


def gates_of_cell(path: Path, rows: Path) -> list[GateMeans]:
    """The gates of one cell of a sweep.

    Args:
        path: its gate statistics.
        rows: its score rows, which say which model it is; none are read of a cell whose rows are not there.

    Raises:
        FormatError: not gate statistics of this version.
    """
    if not rows.is_file():
        return []
    first = pq.read_table(rows, columns=list(_MODEL)).slice(0, 1).to_pylist()[0]
    model = {**first, "layers": tuple(first["layers"])}
    found: dict[tuple[str, str], list[GateRow]] = {}
    for row in read_gates(path):
        if row.split == _TEST and row.words:
            found.setdefault((row.data_set, find_variant(row.language).language.code), []).append(row)
    return _by_data_set(model, {key: float(pooled_mean(members).mean()) for key, members in found.items()})


def gates_of_probe(probe: ProbeFindings) -> list[GateMeans]:
    """The gates of the fine-tuned model of a probe."""
    sums: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for gate in probe.gates:
        if gate.model == "after" and gate.split == _TEST and gate.words:
            place = gate.data_set, find_variant(gate.language).language.code
            sums.setdefault(place, []).append((gate.words, gate.mean))
    if not sums:
        return []
    after = probe.model("after")
    model = {name: getattr(after, name) for name in _MODEL}
    return _by_data_set(model, {
        place: float(np.average([mean for _, mean in members], weights=[words for words, _ in members]))
        for place, members in sums.items()})


def each_once(gates: Iterable[GateMeans]) -> tuple[GateMeans, ...]:
    """Every model and data set once, in an order that does not hang on that of files."""
    found: dict[tuple[str, str, str, tuple[int, ...], int], GateMeans] = {}
    for item in gates:
        found.setdefault((item.data_set, item.train_data, item.system, item.layers, item.seed), item)
    return tuple(found[key] for key in sorted(found))


def _by_data_set(model: Mapping[str, object], means: Mapping[tuple[str, str], float]) -> list[GateMeans]:
    sets: dict[str, dict[str, float]] = {}
    for (data_set, language), mean in sorted(means.items()):
        sets.setdefault(data_set, {})[language] = mean
    return [GateMeans(data_set=name, means=own, **model) for name, own in sets.items()]  # type: ignore[arg-type]
