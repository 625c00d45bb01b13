from __future__ import annotations

import json
from pathlib import Path

import pytest

from sprachbund.core.errors import FormatError
from sprachbund.report.contents import tell
from sprachbund.report.html import html_report
from sprachbund.report.stored import read_results, results_json, write_results


def test_a_report_is_made_again_from_the_file_alone(findings, info, tmp_path: Path):
    write_results(tmp_path / "results.json", findings, info)
    again = read_results(tmp_path / "results.json")
    assert again == (findings, info)
    assert html_report(tell(*again)) == html_report(tell(findings, info))


def test_the_provenance_stands_first(findings, info):
    values = results_json(findings, info)
    assert list(values)[:3] == ["format", "version", "provenance"]
    assert values["provenance"] == ["multilingual-e5-small, dequantised from 4 bit: not mBERT"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", r"results\.json, line 1, column 2: not valid JSON"),
        (b"[]", r"expected 'sprachbund results' of version 1"),
        (b'{"format": "sprachbund results", "version": 2}', r"expected 'sprachbund results' of version 1"),
        (b'{"format": "sprachbund results", "version": 1}', r"not findings of this version"),
        (b"\xff", r"byte 0 is not UTF-8"),
    ],
)
def test_broken_files_are_told(content, message, tmp_path: Path):
    (tmp_path / "results.json").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_results(tmp_path / "results.json")


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(FormatError, match=r"there is no such file\n  → name a results\.json of a finished run"):
        read_results(tmp_path / "results.json")


def test_a_run_that_is_not_described_is_told(findings, info, tmp_path: Path):
    values = results_json(findings, info)
    values["run"] = {}
    (tmp_path / "results.json").write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(FormatError, match="not a description of a run: title: "):
        read_results(tmp_path / "results.json")
