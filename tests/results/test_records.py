from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import FormatError
from sprachbund.results.records import SCHEMA, ScoreRow, read_rows, write_rows


def assert_equal(one: ScoreRow, other: ScoreRow) -> None:
    for item in fields(ScoreRow):
        ours, theirs = getattr(one, item.name), getattr(other, item.name)
        assert type(ours) is type(theirs), item.name
        if isinstance(ours, np.ndarray):
            np.testing.assert_array_equal(ours, theirs)
            assert ours.dtype == theirs.dtype
        else:
            assert ours == theirs


def test_a_row_comes_back_as_it_was(row, tmp_path: Path):
    written = [row([1, 0, 1], notes={"blank": 2, "äöü": 1}, intermediate=("nli", "qa"), layers=(10, 12)), row([])]
    write_rows(tmp_path / "rows.parquet", written)
    for one, other in zip(written, read_rows(tmp_path / "rows.parquet"), strict=True):
        assert_equal(one, other)


@settings(max_examples=15, deadline=None)
@given(data=st.data(), n=st.integers(0, 5), k=st.integers(1, 4))
def test_counts_keep_their_shape(data, n, k):
    from tempfile import TemporaryDirectory

    numbers = data.draw(st.lists(st.integers(0, 2**40), min_size=n * k, max_size=n * k))
    counts = np.array(numbers, dtype=np.int64).reshape(n, k)
    zeros = np.zeros(n, dtype=np.int64)
    text = {item.name: "x" for item in fields(ScoreRow) if item.type == "str"}
    one = ScoreRow(**text, metric_version=1, primary=False, layers=(), intermediate=(), train_examples=0, seed=0,
                   columns=tuple(map(str, range(k))), identities=tuple(map(str, range(n))), counts=counts, words=zeros,
                   windowed=zeros, unpredicted=zeros, repaired=zeros, ignored=zeros)
    with TemporaryDirectory() as folder:
        write_rows(Path(folder) / "rows.parquet", [one])
        (other,) = read_rows(Path(folder) / "rows.parquet")
    assert_equal(one, other)


def test_files_from_before_sweeps_are_read(row, tmp_path: Path):
    write_rows(tmp_path / "new.parquet", [row([1, 0], aggregator="DLFA", settings="two epochs", remark="stand-in")])
    older = pq.read_table(tmp_path / "new.parquet").drop_columns(["aggregator", "settings", "remark", "more_sources"])
    pq.write_table(older, tmp_path / "old.parquet")
    (one,) = read_rows(tmp_path / "old.parquet")
    assert (one.aggregator, one.settings, one.remark) == (one.system, "", "")


def test_no_rows_make_an_empty_file(tmp_path: Path):
    write_rows(tmp_path / "rows.parquet", [])
    assert read_rows(tmp_path / "rows.parquet") == []


def test_what_is_not_parquet_is_named(tmp_path: Path):
    path = tmp_path / "rows.parquet"
    path.write_text("not parquet")
    with pytest.raises(FormatError, match=r"rows\.parquet: not readable as score rows"):
        read_rows(path)


def test_other_columns_are_refused_with_what_is_missing(tmp_path: Path):
    path = tmp_path / "rows.parquet"
    table = pa.table({name: pa.array([], type=SCHEMA.field(name).type) for name in SCHEMA.names if name != "seed"})
    pq.write_table(table, path)
    with pytest.raises(FormatError, match=r"not those of score rows \(missing: seed\)\n  → make the rows again"):
        read_rows(path)
