from __future__ import annotations

from pathlib import Path

import pytest

from sprachbund.cli.main import dispatch
from tests.data.hub_copies import make_tagging_copy


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))


def test_a_copy_of_a_repository_becomes_a_data_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_tagging_copy(tmp_path / "ner")
    arguments = ["data", "get", f"hub:{folder}", "--task", "tagging", "-o", str(tmp_path / "data"), "--languages", "de"]
    assert dispatch(arguments) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:3] == ["en train: 2 examples", "de dev: 2 examples", "de test: 2 examples"]
    assert told[-1].startswith("read  --data ner --data-dir ")
    assert sorted(path.relative_to(tmp_path / "data").as_posix() for path in (tmp_path / "data").rglob("*.gz")) == [
        "ner/de/dev.tsv.gz", "ner/de/test.tsv.gz", "ner/en/train.tsv.gz"]
    assert dispatch(["data", "show", "ner", "-l", "de", "--data-dir", str(tmp_path / "data"), "--task", "tagging"]) == 0
    assert "Anna/B-PER sleeps" in capsys.readouterr().out


def test_what_cannot_be_fetched_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, code, message in (
        ("pankx", 1, "there is no data set 'pankx' in the catalogue\n  → on the hub are: panx, pawsx, xnli; others by"),
        ("xsid", 1, "the card of xsid names no place on a hub"),
        ("hub:a/b", 2, "--task: there is no card for this data set: say whether it is for tagging or classification"),
        ("panx", 1, "the hub cannot be reached"),
    ):
        assert dispatch(["data", "get", name, "-o", str(tmp_path)]) == code
        assert message in capsys.readouterr().err
