from __future__ import annotations

import json

import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.languages.segmentation import Segmentation
from sprachbund.report.finished_sweep import (
    FinishedSweep,
    finish_sweep,
    is_sweep,
    read_finished_sweep,
    sweep_from_rows,
)
from sprachbund.results.records import write_rows
from sprachbund.testing.simulated_sweep import LAST_LAYER, control, dlfa, simulate_sweep


@pytest.fixture(scope="module")
def rows():
    return simulate_sweep([LAST_LAYER, control(), *dlfa({3: 0.0, 9: 1.0})], examples=20,
                          targets={"de": 70.0, "ar": 50.0, "ar_pud": 45.0})


def test_a_sweep_is_written_and_read_back(sweep, info, tmp_path):
    written = FinishedSweep(sweep, info).write(tmp_path / "out")
    assert written.report == tmp_path / "out" / "sweep.html"
    names = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {"sweep.html", "sweep.md", "sweep.json", "figures/layer-by-task.svg"} <= names
    assert is_sweep(tmp_path / "out")
    read = read_finished_sweep(tmp_path / "out")
    assert read.findings == sweep
    assert read.info == info


def test_the_file_begins_with_what_stands_beside_every_number(sweep, info):
    values = FinishedSweep(sweep, info).to_json()
    assert list(values)[:4] == ["format", "version", "provenance", "remarks"]
    assert values["remarks"] == {"xnli": ["Stand-in training set: SNLI for MultiNLI"]}


def test_a_sweep_that_still_runs_is_told_from_its_rows(rows, tmp_path):
    (tmp_path / "half" / "rows").mkdir(parents=True)
    write_rows(tmp_path / "half" / "rows" / "cell.parquet", [row for row in rows if row.seed == 1])
    assert is_sweep(tmp_path / "half")
    found = sweep_from_rows(tmp_path / "half")
    assert found.info.title == "Sweep half"
    assert found.findings.parts[0].systems[0].seeds == (1,)


def test_reports_are_made_again_from_rows_with_what_is_known_of_them(rows, info, tmp_path):
    (tmp_path / "rows").mkdir()
    write_rows(tmp_path / "rows" / "cell.parquet", rows)
    pieces = {"de": Segmentation(20, 0, 100, 150, 0)}
    first = finish_sweep(rows, info, segmentation={rows[0].data_set: pieces}).write(tmp_path)
    again = sweep_from_rows(tmp_path)
    assert again.info == info
    assert again.findings == first.findings
    assert again.findings.parts[0].in_depth.segmentation == pieces


def test_second_treebanks_enter_no_average_unless_asked_for(rows, info):
    assert finish_sweep(rows, info).findings.parts[0].languages == ("ar", "de")
    by_card = {item.target: item for item in finish_sweep(rows, info).findings.parts[0].scores}
    assert "ar_pud" in by_card
    one = finish_sweep(rows, info).findings.parts[0].systems[0].targets.mean
    other = finish_sweep(rows, info, unaveraged=()).findings.parts[0].systems[0].targets.mean
    assert one != other


def test_what_is_no_sweep_is_said(tmp_path, sweep, info):
    with pytest.raises(DataError, match=r"no finished sweep here \(no sweep\.json\)"):
        read_finished_sweep(tmp_path)
    assert not is_sweep(tmp_path)
    for content, said in (("{", "not valid JSON"), ("[]", "expected 'sprachbund sweep'"),
                          (json.dumps({"format": "sprachbund sweep", "version": 99}), "of version 1")):
        (tmp_path / "sweep.json").write_text(content)
        with pytest.raises(FormatError, match=said):
            read_finished_sweep(tmp_path)
    (tmp_path / "sweep.json").write_bytes(b"\xff")
    with pytest.raises(FormatError, match="byte 0 is not UTF-8"):
        read_finished_sweep(tmp_path)
    values = FinishedSweep(sweep, info).to_json()
    (tmp_path / "sweep.json").write_text(json.dumps(values | {"run": {"title": 3}}))
    with pytest.raises(FormatError, match="not a description of a sweep: title"):
        read_finished_sweep(tmp_path)
    with pytest.raises(DataError, match="no folder yet"):
        _ = FinishedSweep(sweep, info).report
