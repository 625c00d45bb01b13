"""`sprachbund claims` and `sb.claims`: from folders to table, JSON and files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.results.records import write_rows
from sprachbund.testing.simulated_sweep import LAST_LAYER, control, dlfa, simulate_sweep


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `results` with one small sweep, in the working folder."""
    monkeypatch.chdir(tmp_path)
    rows = simulate_sweep([LAST_LAYER, control(), *dlfa({1: 0.2, 5: 2.5}, {5: 3.0})], examples=30)
    write_rows(tmp_path / "results" / "sweep" / "rows" / "cells.parquet", rows)
    return tmp_path / "results"


def test_the_command_reads_results_prints_and_writes(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["claims"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "With tiny, of 17 claims" in told
    assert "tested by two-layers-one-state" in told
    assert "claims/claims.html" in told
    written = json.loads((results.parent / "claims" / "claims.json").read_text())
    assert written["run"]["command"] == "sprachbund claims"
    assert written["findings"]["read"] == ["results/sweep: 132 score rows, 0 probes"]


def test_json_goes_to_standard_output_alone(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["claims", str(results), "--json", "--output", "told"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["format"] == "sprachbund claims"
    assert values["speaks of"][0].startswith("These verdicts are on the mechanism")
    assert str(results.parent) not in json.dumps(values)
    assert (results.parent / "told" / "claims.md").is_file()


def test_a_folder_that_is_not_there_is_one_message(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["claims", "absent"]) == 1
    assert "absent: there is no such folder" in capsys.readouterr().err


def test_stored_claims_are_told_again(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["claims", "results"]) == 0
    first = capsys.readouterr().out
    assert dispatch(["show", "claims"]) == 0
    again = capsys.readouterr().out
    assert "With tiny, of 17 claims" in " ".join(again.split())
    assert again.splitlines()[:20] == first.splitlines()[:20]
    assert dispatch(["show", "claims", "-o", "copy"]) == 0
    assert (results.parent / "copy" / "claims.html").read_bytes() == (
        results.parent / "claims" / "claims.html").read_bytes()


def test_a_file_and_a_folder_without_results_are_told(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (results.parent / "empty").mkdir()
    assert dispatch(["claims", "results/sweep/rows/cells.parquet"]) == 1
    assert "cells.parquet: a folder is expected, not a file" in capsys.readouterr().err
    assert dispatch(["claims", "empty"]) == 1
    assert "empty: there is no sweep and no probe below" in capsys.readouterr().err


def test_without_results_architecture_alone_is_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    finished = sb.claims()
    assert finished.folder is None
    assert finished.verdict("C14").told == "tested by squeeze-and-expansion"
    assert finished.verdict("C2").verdict == "not tested here"
    assert not list(tmp_path.iterdir())
