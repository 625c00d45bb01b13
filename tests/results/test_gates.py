from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sprachbund.core.errors import FormatError
from sprachbund.results.gates import GateRow, pooled_mean, read_gates, write_gates


def row(language: str, words: int, mean: list[float]) -> GateRow:
    return GateRow("tagging", "ud_pos", "test", language, "NOUN", words, np.array(mean), np.array(mean) / 4)


def test_there_and_back(tmp_path: Path) -> None:
    write_gates(tmp_path / "gates.parquet", [row("de", 3, [0.5, 0.25]), row("ka", 1, [1.0, 0.0])])
    back = read_gates(tmp_path / "gates.parquet")
    assert [(one.language, one.label, one.words) for one in back] == [("de", "NOUN", 3), ("ka", "NOUN", 1)]
    assert back[0].mean.tolist() == [0.5, 0.25]
    assert back[1].variance.tolist() == [0.25, 0.0]


def test_the_mean_over_words_weighs_words() -> None:
    assert pooled_mean([row("de", 3, [0.0, 1.0]), row("ka", 1, [1.0, 1.0])]).tolist() == [0.25, 1.0]
    with pytest.raises(ValueError, match="over no word"):
        pooled_mean([row("de", 0, [0.0])])


def test_what_is_no_file_of_gates(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="not readable as gate statistics"):
        read_gates(tmp_path / "missing.parquet")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(FormatError, match="the columns are not those of gate statistics"):
        read_gates(tmp_path / "other.parquet")
