"""Gate statistics: what a gate was like on the words of each language and label; they lie beside predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sprachbund.core.errors import FormatError
from sprachbund.core.files import write_aside
from sprachbund.core.source import Location

FILE = "gates.parquet"


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate on the words of one label in one language.

    Args:
        task: registered name of the task that the model was trained for.
        data_set, split, language: of the texts.
        label: gold label of the words; of the whole text where texts are labelled; "" where there is none.
        words: how many words (pieces of the texts, where texts are labelled).
        mean: (channels,) mean over these words; of two streams the weight of the first one, channel by channel
            (of DLFA: of the last layer); of several the weight of each stream.
        variance: (channels,) variance over these words, divided by their number.
    """

    task: str
    data_set: str
    split: str
    language: str
    label: str
    words: int
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


_ARRAYS = ("mean", "variance")
SCHEMA = pa.schema(
    [(item.name, pa.list_(pa.float32()) if item.name in _ARRAYS else pa.int64() if item.name == "words"
      else pa.string()) for item in fields(GateRow)],
    metadata={"sprachbund.gates": "1"},
)


def write_gates(path: Path, rows: Sequence[GateRow]) -> None:
    """Write gate statistics to a parquet file, atomically.

    Raises:
        StorageError: no space, no permission.
    """
    records = [{item.name: getattr(row, item.name) for item in fields(GateRow)} for row in rows]
    with write_aside(path) as temporary:
        pq.write_table(pa.Table.from_pylist(records, schema=SCHEMA), temporary, compression="zstd")


def read_gates(path: Path) -> list[GateRow]:
    """Read what `write_gates` wrote.

    Raises:
        FormatError: not there, or not a file of gate statistics of this version.
    """
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise FormatError(f"not readable as gate statistics: {error}", where=Location(str(path)),
                          remedy="predict again with a model that has a gate") from None
    if not table.schema.equals(SCHEMA):
        raise FormatError("the columns are not those of gate statistics", where=Location(str(path)),
                          remedy="predict again with this version")
    rows = table.to_pylist()
    return [GateRow(**{**row, **{name: np.asarray(row[name], dtype=np.float64) for name in _ARRAYS}}) for row in rows]


def pooled_mean(rows: Sequence[GateRow]) -> NDArray[np.float64]:
    """(channels,) mean of the gate over all words of some rows.

    Raises:
        ValueError: no word.
    """
    words = np.array([row.words for row in rows], dtype=np.float64)
    if not words.sum():
        raise ValueError("the mean of a gate over no word")
    return np.asarray(np.average(np.stack([row.mean for row in rows]), axis=0, weights=words))
