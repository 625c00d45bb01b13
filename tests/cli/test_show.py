from __future__ import annotations

import json

import pytest

from sprachbund.cli.main import dispatch
from sprachbund.report.finished_run import FinishedRun
from sprachbund.report.finished_sweep import finish_sweep
from sprachbund.report.run_info import RunInfo
from sprachbund.results.records import write_rows
from sprachbund.results.transfer import find
from sprachbund.testing.simulated_sweep import LAST_LAYER, control, dlfa, simulate_sweep


@pytest.fixture(scope="module")
def rows():
    return simulate_sweep([LAST_LAYER, control(), *dlfa({9: 1.0})], examples=15, seeds=(1, 2),
                          targets={"de": 70.0, "fi": 50.0})


def test_a_finished_sweep_is_told(rows, tmp_path, capsys):
    finish_sweep(rows, RunInfo(title="A sweep")).write(tmp_path / "out")
    assert dispatch(["show", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "DLFA (k=9" in told
    assert "sweep.html" in told
    assert dispatch(["show", str(tmp_path / "out"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"]["title"] == "A sweep"


def test_rows_alone_are_told_and_make_a_report(rows, tmp_path, capsys):
    (tmp_path / "half" / "rows").mkdir(parents=True)
    write_rows(tmp_path / "half" / "rows" / "cell.parquet", rows)
    assert dispatch(["show", str(tmp_path / "half")]) == 0
    assert "report" not in capsys.readouterr().out.splitlines()[-1]
    assert dispatch(["show", str(tmp_path / "half"), "-o", str(tmp_path / "new")]) == 0
    assert (tmp_path / "new" / "sweep.html").is_file()


def test_a_run_is_told_by_its_name_and_made_again(rows, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    test = [row for row in rows if row.split == "test"]
    FinishedRun(test, find(test, draws=50), RunInfo(title="A run")).write(tmp_path / "runs" / "mine")
    assert dispatch(["show", "mine"]) == 0
    assert "Transfer gap" in capsys.readouterr().out
    assert dispatch(["show", "mine", "-o", "again"]) == 0
    assert (tmp_path / "again" / "report.html").is_file()


def test_a_folder_with_neither_is_an_error(tmp_path, capsys):
    assert dispatch(["show", str(tmp_path)]) == 1
    assert "there is no finished run here" in capsys.readouterr().err
