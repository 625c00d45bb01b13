"""The score row: what one model leaves behind for one target language and one metric.

Rows suffice: every finding is computed from rows, no weights are needed. A row holds per-example
counts, so intervals and paired comparisons can be made at any later time. Rows are kept in
parquet, one file a score stage; `SCHEMA` is that file's schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sprachbund.core.errors import FormatError
from sprachbund.core.files import write_aside
from sprachbund.core.source import Location


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One model, one target language, one split, one metric.

    Args:
        task: registered task name.
        data_set: name of the data set the target split comes from.
        split: "test" or "dev".
        fingerprint: the target corpus's fingerprint; rows of different fingerprints are never compared.
        metric: registered metric name.
        metric_version: its version.
        primary: whether this is the task's primary metric.
        encoder: encoder name as given.
        provenance: the encoder's sentence for tables ("multilingual-e5-small, dequantised ..."), or "".
        fusion: registered fusion name.
        system: the fusion's label for tables ("DLFA (k=10, literal)").
        layers: layers that reached the fusion.
        gate: "literal", "sigmoid" or "" where the fusion has none.
        intermediate: names of intermediate tasks in order.
        train_data: data set (and subset) trained on.
        train_examples: number of training examples.
        source: source language code.
        target: target language or variant code.
        seed: root seed of the run.
        run: run label (a display name; not part of any key).
        stage: key of the score stage.
        columns: names of the counts, K of them.
        identities: identity of each example, n of them.
        counts: (n, K) counts.
        words: (n,) words (or 1) of each example that were scored.
        windowed: (n,) words that were read through more than one window.
        unpredicted: (n,) words without a prediction; they are counted as wrong.
        repaired: (n,) predicted labels repaired by the metric.
        ignored: (n,) gold labels left out because the source does not know them.
        notes: counted things the reader did to this corpus.
        aggregator: the system's label without layer numbers ("DLFA (literal)"): what a curve over layers is made of.
        settings: what was tuned for this system, in words ("head learning rate 0.005"); "" for the task's own.
        remark: a sentence that every table repeats ("stand-in training set", "few-shot: ..."), or "".
        more_sources: codes of further languages that were trained on like the source.
    """

    task: str
    data_set: str
    split: str
    fingerprint: str
    metric: str
    metric_version: int
    primary: bool
    encoder: str
    provenance: str
    fusion: str
    system: str
    layers: tuple[int, ...]
    gate: str
    intermediate: tuple[str, ...]
    train_data: str
    train_examples: int
    source: str
    target: str
    seed: int
    run: str
    stage: str
    columns: tuple[str, ...]
    identities: tuple[str, ...]
    counts: NDArray[np.int64]
    words: NDArray[np.int64]
    windowed: NDArray[np.int64]
    unpredicted: NDArray[np.int64]
    repaired: NDArray[np.int64]
    ignored: NDArray[np.int64]
    notes: dict[str, int] = field(default_factory=dict)
    aggregator: str = ""
    settings: str = ""
    remark: str = ""
    more_sources: tuple[str, ...] = ()


_LISTS = {"layers": pa.int32(), "intermediate": pa.string(), "columns": pa.string(), "identities": pa.string(),
          "more_sources": pa.string()}
_ARRAYS = ("counts", "words", "windowed", "unpredicted", "repaired", "ignored")
_INTEGERS = ("metric_version", "train_examples", "seed")
_LATER = ("aggregator", "settings", "remark", "more_sources")
"""Columns that older files do not have."""


def _type(name: str) -> pa.DataType:
    if name in _LISTS:
        return pa.list_(_LISTS[name])
    if name in _ARRAYS:
        return pa.list_(pa.int64())
    if name in _INTEGERS:
        return pa.int64()
    if name == "primary":
        return pa.bool_()
    return pa.map_(pa.string(), pa.int64()) if name == "notes" else pa.string()


SCHEMA = pa.schema([(item.name, _type(item.name)) for item in fields(ScoreRow)], metadata={"sprachbund.rows": "2"})


def write_rows(path: Path, rows: Sequence[ScoreRow]) -> None:
    """Write rows to a parquet file, atomically.

    Raises:
        StorageError: no space, no permission.
    """
    records = []
    for row in rows:
        record = {item.name: getattr(row, item.name) for item in fields(ScoreRow)}
        record |= {name: np.asarray(record[name], dtype=np.int64).ravel() for name in _ARRAYS}
        record |= {name: list(record[name]) for name in _LISTS}
        record["notes"] = sorted(row.notes.items())
        records.append(record)
    table = pa.Table.from_pylist(records, schema=SCHEMA)
    with write_aside(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def read_rows(path: Path) -> list[ScoreRow]:
    """Read the rows of a parquet file; what older files do not say is "", and the aggregator there the system.

    Raises:
        FormatError: not a file of score rows, or of another version.
    """
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise FormatError(f"not readable as score rows: {error}", where=Location(str(path))) from None
    for name in _LATER:
        if name not in table.schema.names and "system" in table.schema.names:
            empty = pa.array([[] if name in _LISTS else ""] * len(table), SCHEMA.field(name).type)
            table = table.append_column(SCHEMA.field(name), table["system"] if name == "aggregator" else empty)
    if set(table.schema.names) == set(SCHEMA.names):
        table = table.select(SCHEMA.names)
    if not table.schema.equals(SCHEMA):
        missing = sorted(set(SCHEMA.names) - set(table.schema.names))
        raise FormatError(f"the columns are not those of score rows (missing: {', '.join(missing) or 'none'})",
                          where=Location(str(path)), remedy="make the rows again with this version")
    return [_row(record) for record in table.to_pylist()]


def _row(record: dict[str, object]) -> ScoreRow:
    values = dict(record)
    for name in _LISTS:
        values[name] = tuple(values[name])  # type: ignore[arg-type]
    for name in _ARRAYS:
        values[name] = np.asarray(values[name], dtype=np.int64)
    values["counts"] = values["counts"].reshape(-1, len(values["columns"]))  # type: ignore[attr-defined,arg-type]
    values["notes"] = dict(values["notes"])  # type: ignore[call-overload]
    return ScoreRow(**values)  # type: ignore[arg-type]
