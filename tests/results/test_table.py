from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sprachbund.core.errors import DataError
from sprachbund.results.records import write_rows
from sprachbund.results.table import Cell, ScoreTable, read_table


def test_rows_are_found_by_their_cell(row):
    rows = [row([1, 0], target=target, seed=seed) for target in ("en", "de") for seed in (2, 1)]
    table = ScoreTable(rows)
    assert len(table) == 4
    assert (table.seeds, table.targets, table.splits, table.metrics) == ((1, 2), ("en", "de"), ("test",), ("accuracy",))
    assert table.row(Cell("last layer", 2, "de", "accuracy", "test")) is rows[2]
    assert table.row(Cell("last layer", 3, "de", "accuracy", "test")) is None


def test_the_primary_metric_comes_first_wherever_its_rows_stand(row):
    rows = [row([1], metric="macro_f1", primary=False), row([1], metric="accuracy")]
    assert ScoreTable(rows).metrics == ("accuracy", "macro_f1")


def test_every_missing_cell_is_named(row):
    rows = [row([1], system="a", seed=1, target="de"), row([1], system="a", seed=2, target="fr"),
            row([1], system="b", seed=1, target="de"), row([1], system="b", seed=1, target="fr")]
    missing = ScoreTable(rows).missing()
    assert set(missing) == {
        Cell("a", 1, "fr", "accuracy", "test"), Cell("a", 2, "de", "accuracy", "test"),
        Cell("b", 2, "de", "accuracy", "test"), Cell("b", 2, "fr", "accuracy", "test"),
    }
    assert str(missing[0]) == "a, seed 1, fr, accuracy, test"
    assert ScoreTable(rows[2:]).missing() == ()


def test_splits_are_grids_of_their_own(row):
    rows = [row([1], target="de"), row([1], target="en", split="dev")]
    table = ScoreTable(rows)
    assert table.missing() == ()
    assert table.targets_of("dev") == ("en",)


def test_counts_follow_the_order_of_the_first_rows_examples(row):
    first = row([1, 0, 1], seed=1)
    other = row([1, 1, 0], seed=2, identities=("3", "1", "2"))
    counts = ScoreTable([first, other]).counts("last layer", (1, 2), "de", "accuracy", "test")
    assert counts.shape == (2, 3, 2)
    assert counts[:, :, 0].tolist() == [[1, 0, 1], [1, 0, 1]]


def test_asking_for_a_missing_cell_says_which(row):
    with pytest.raises(DataError, match=r"there is no row for last layer, seed 9, de, accuracy, test"):
        ScoreTable([row([1])]).counts("last layer", (9,), "de", "accuracy", "test")


def test_a_row_given_twice_counts_once(row):
    assert len(ScoreTable([row([1]), row([1])])) == 1


def test_two_stages_in_one_cell_are_refused(row):
    with pytest.raises(DataError, match=r"two different rows stand for one cell .*stage one, and run 'b', stage two"):
        ScoreTable([row([1], stage="one"), row([1], stage="two", run="b")])


def test_no_rows_are_refused():
    with pytest.raises(DataError, match="there are no score rows"):
        ScoreTable([])


@pytest.mark.parametrize("field", ["task", "source"])
def test_different_questions_are_refused(row, field):
    with pytest.raises(DataError, match=rf"rows of different {field}s cannot stand in one table: one, two"):
        ScoreTable([row([1], **{field: "one"}), row([1], seed=2, **{field: "two"})])


def test_different_data_are_refused_with_both_fingerprints(row):
    rows = [row([1], fingerprint="aaa111"), row([1], system="b", fingerprint="bbb222")]
    with pytest.raises(DataError, match=r"de \(test\) was scored on different data: fingerprint aaa111 in last layer, "
                                        r"seed 1 \(run 'toy'\), bbb222 in b, seed 1"):
        ScoreTable(rows)


def test_different_fingerprints_of_different_languages_are_fine(row):
    assert len(ScoreTable([row([1], target="de", fingerprint="a"), row([1], target="fr", fingerprint="b")])) == 2


def test_different_metric_versions_are_refused(row):
    rows = [row([1]), row([1], target="fr", metric_version=2)]
    with pytest.raises(DataError, match=r"accuracy was counted by different versions .*: version 1 in .*, 2 in"):
        ScoreTable(rows)


def test_different_examples_of_the_same_data_are_refused(row):
    rows = [row([1, 0]), row([1], seed=2)]
    with pytest.raises(DataError, match=r"different examples of the same data: 2 in last layer.* and 1 in last"):
        ScoreTable(rows)


def test_different_label_spaces_are_refused(row):
    rows = [row([1]), row([1], seed=2, columns=("hits", "total"))]
    with pytest.raises(DataError, match=r"accuracy in de .* counts different things: correct, total in .*, hits"):
        ScoreTable(rows)


def test_files_and_folders_are_read(row, tmp_path: Path):
    first = row([1, 0])
    write_rows(tmp_path / "rows" / "a.parquet", [first])
    write_rows(tmp_path / "rows" / "deep" / "b.parquet", [replace(first, seed=2, stage="other")])
    assert ScoreTable(read_table([tmp_path / "rows"]).rows()).seeds == (1, 2)
    assert read_table([tmp_path / "rows" / "a.parquet"]).seeds == (1,)


def test_a_folder_without_rows_is_named(tmp_path: Path):
    with pytest.raises(DataError, match=r"empty: there are no score rows here"):
        read_table([tmp_path / "empty"])
