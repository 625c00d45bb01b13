"""`sprachbund data`, on small folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sprachbund.cli.main import dispatch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sentences in English and German, texts in German; one sentence twice."""
    files = {"ner/en/train.tsv": "Anna\tB-PER\nsleeps\tO\n\nTea\tO\n",
             "ner/de/test.tsv": "Tee\tO\n\nTee\tO\n\nOslo\tB-LOC\n",
             "texts/de/test.tsv": "text\tlabel\nJa gern\tgut\nNein\tschlecht\n"}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_check_tells_what_there_is_and_what_to_mind(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["data", "check", "ner", "--data-dir", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ner train: 1 languages, 2 examples, 3 words, 2 labels",
        "ner test: 1 languages, 3 examples, 3 words, 2 labels",
        "",
        "repeated text (1)",
        "  de test: examples that repeat an earlier one: 1 of 3",
        "",
        "labels that training does not know (1)",
        "  de test: labels that the training data lack (once): B-LOC",
        "",
        "languages without a split (1)",
        "  test: languages without test data: en",
    ]


def test_check_fails_where_scores_would_mean_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ner/de/test.tsv").write_bytes(b"Tee\tO\nOsl\xff\tO\n")
    assert dispatch(["data", "check", "ner", "--data-dir", str(folder)]) == 1
    assert "files that cannot be read (1)\n  de test: " in capsys.readouterr().out
    assert dispatch(["data", "check", "ner", "--splits", "train", "--data-dir", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "nothing to mind"
    assert dispatch(["data", "check", "ner", "--json", "--data-dir", str(folder)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [found["kind"] for found in told["findings"]] == ["missing_split", "broken"]
    assert told["counts"][0]["labels"] == {"O": 2, "B-PER": 1}


def test_stats_of_lengths_and_labels(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["data", "stats", "ner", "--data-dir", str(folder)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["en", "train", "2", "3", "1.5", "1", "2", "2", "4.3", "2", "0"] in rows
    assert ["O", "2", "66.7", "%", "2", "66.7", "%"] in rows
    assert dispatch(["data", "stats", "ner", "--languages", "German", "--json", "--data-dir", str(folder)]) == 0
    (german,) = json.loads(capsys.readouterr().out)["counts"]
    assert german["words_per_example"] == {"mean": 1.0, "median": 1, "p95": 1, "longest": 1}
    assert dispatch(["data", "stats", "ner", "--splits", "dev", "--data-dir", str(folder)]) == 1
    assert "ner has none of the splits dev" in capsys.readouterr().err


def test_tables_with_a_header_are_no_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["data", "stats", "texts", "--json", "--data-dir", str(folder)]) == 0
    (counted,) = json.loads(capsys.readouterr().out)["counts"]
    assert counted["labels"] == {"gut": 1, "schlecht": 1}
    assert dispatch(["data", "show", "texts", "-l", "de", "--data-dir", str(folder)]) == 0
    assert "gut" in capsys.readouterr().out
    assert dispatch(["data", "stats", "texts", "--task", "tagging", "--json", "--data-dir", str(folder)]) == 0


def test_the_list_says_where_data_can_be_had(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["data", "list"]) == 0
    told = capsys.readouterr().out
    assert "panx" in told
    assert "hub, XTREME" in told
