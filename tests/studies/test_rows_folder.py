"""Rows on disk, found again by the keys of the stages that made them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.results.records import ScoreRow
from sprachbund.studies.rows_folder import RowsFolder

MakeRow = Callable[..., ScoreRow]
KEY = "0123456789abcdef" * 4


def test_what_is_written_is_known_now_and_later(tmp_path: Path, make_row: MakeRow) -> None:
    folder = RowsFolder(tmp_path / "rows")
    path = folder.write("POS: DLFA (k=9, literal), seed 1", KEY, [
        make_row("a", 3, "de", "test", KEY), make_row("a", 4, "en", "dev", "other")])
    assert path.name == "pos-dlfa-k-9-literal-seed-1-0123456789ab.parquet"
    assert folder.stages == RowsFolder(tmp_path / "rows").stages == {KEY, "other"}
    assert [row.target for row in folder.read([KEY])] == ["de"]


def test_rows_that_stand_in_two_files_are_read_once(tmp_path: Path, make_row: MakeRow) -> None:
    folder = RowsFolder(tmp_path / "rows")
    dev, test = make_row("a", 3, "en", "dev", "dev key"), make_row("a", 4, "de", "test", KEY)
    folder.write("tuning", "dev key", [dev])
    folder.write("final", KEY, [dev, test])
    assert sorted(row.split for row in folder.read(["dev key", KEY])) == ["dev", "test"]


def test_rows_of_one_corpus_share_their_identities(tmp_path: Path, make_row: MakeRow) -> None:
    folder = RowsFolder(tmp_path / "rows")
    folder.write("a", KEY, [make_row("a", 3, "de", "test", KEY), make_row("a", 4, "fr", "test", KEY)])
    one, other = folder.read([KEY])
    assert one.identities is other.identities


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "half.parquet").write_bytes(b"PAR1")
    with pytest.raises(FormatError, match=r"half\.parquet: not readable as score rows.*\n.*its cell is then computed"):
        RowsFolder(tmp_path)


def test_tables_of_something_else_are_passed_over(tmp_path: Path) -> None:
    pq.write_table(pa.table({"gate": [0.5]}), tmp_path / "gates.parquet")
    assert RowsFolder(tmp_path).files == {}


def test_a_folder_that_was_named_must_be_there(tmp_path: Path) -> None:
    assert RowsFolder(tmp_path / "not yet").files == {}
    with pytest.raises(DataError, match="there is no such folder of rows"):
        RowsFolder(tmp_path, [tmp_path / "rwos"])
