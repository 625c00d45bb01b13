from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sprachbund.core.errors import FormatError
from sprachbund.results.probe_files import (
    CURVES_FILE,
    PROBE_FILE,
    read_probe,
    read_probed,
    write_probe,
    write_probed,
)

from .probe_samples import findings, probed


def test_findings_there_and_back(tmp_path: Path) -> None:
    given = findings()
    write_probe(tmp_path, given)
    assert read_probe(tmp_path) == given
    assert read_probe(tmp_path / PROBE_FILE) == given
    assert json.loads((tmp_path / PROBE_FILE).read_text())["provenance"] == "tiny, made for tests"
    assert (given.encoder, given.model("before").name) == ("tiny", "tiny")


def test_curves_are_a_table_with_a_row_a_point(tmp_path: Path) -> None:
    given = findings()
    write_probe(tmp_path, given)
    table = pq.read_table(tmp_path / CURVES_FILE).to_pylist()
    assert len(table) == len(given.points)
    assert table[0] == {"model": "before", "measure": "retrieval", "variant": "mean", "state": "0", "language": "de",
                        "n": 100, "value": 7.5, "low": 4.5, "high": 10.5}


def test_one_model_there_and_back(tmp_path: Path) -> None:
    write_probed(tmp_path / "probed.json", probed("after"))
    assert read_probed(tmp_path / "probed.json") == probed("after")


@pytest.mark.parametrize(("text", "message"), [
    (None, "there is no such file"),
    ("{", "not valid JSON"),
    ("{}", "expected 'sprachbund probe' of version 1"),
    ('{"format": "sprachbund probe", "version": 2}', "expected 'sprachbund probe' of version 1"),
    ('{"format": "sprachbund probe", "version": 1}', "not findings of a probe"),
    ('{"format": "sprachbund probe", "version": 1, "findings": {"models": 3}}', "not findings of a probe: models"),
])
def test_what_is_no_probe(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / PROBE_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        read_probe(tmp_path)


def test_what_is_no_probed_model(tmp_path: Path) -> None:
    (tmp_path / "probed.json").write_text('{"model": 1}', encoding="utf-8")
    with pytest.raises(FormatError, match="not a probed model: model"):
        read_probed(tmp_path / "probed.json")
