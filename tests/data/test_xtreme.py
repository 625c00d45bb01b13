"""Folders as XTREME's script leaves them, written here by the rules of its `utils_preprocess.py`."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sprachbund.core.errors import DataError
from sprachbund.data.catalogue import card
from sprachbund.data.examples import TextExample, TokenExample
from sprachbund.data.locations import DataConfig, open_source
from sprachbund.data.source import DataSource
from sprachbund.data.xtreme import as_downloaded, find_in_download
from sprachbund.tasks.task import TASKS

PAIRS = [('He said "no" twice.', "He refused.", "entailment"), ("It\u2028rains.", "It is dry, warm.", "contradiction"),
         ("A dog.", "A cat.", "neutral")]
SENTENCES = [[("Anna", "B-PER"), ("Maria", "I-PER"), ("sleeps", "O")], [("Oslo", "B-LOC")]]


@pytest.fixture
def download(tmp_path: Path) -> Path:
    """`download/` with xnli and panx: train, dev and test in English, dev and test in German."""
    folder = tmp_path / "download"
    for language, splits in {"en": ("train", "dev", "test"), "de": ("dev", "test")}.items():
        for split in splits:
            _write_pairs(folder / "xnli" / f"{split}-{language}.tsv", cut=split == "test")
            _write_words(folder / "panx" / f"{split}-{language}.tsv", cut=split == "test")
    return folder


def _write_pairs(path: Path, *, cut: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows(row[:2] if cut else row for row in PAIRS)


def _write_words(path: Path, *, cut: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["".join(f"{word}\n" if cut else f"{word}\t{tag}\n" for word, tag in sentence) for sentence in SENTENCES]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _open(name: str, data_dir: Path) -> DataSource:
    task = TASKS.load(card(name).task).value()
    return open_source(DataConfig(name=name), kind=task.kind, formats=task.formats, data_dir=data_dir)


@pytest.mark.parametrize("below", ["download", ".", "download/xnli"])
def test_pairs_with_their_quotes_undone(download: Path, below: str) -> None:
    source = _open("xnli", download.parent / below)
    assert (source.languages("train"), source.languages("dev"), source.name) == (["en"], ["de", "en"], "xnli")
    corpus = source.corpus("de", "dev")
    assert [(made.text, made.text_pair, made.label) for made in corpus.examples if isinstance(made, TextExample)
            ] == PAIRS
    assert corpus.notes == {"carriage_returns": 3}


def test_test_files_have_no_labels_and_say_so(download: Path) -> None:
    corpus = _open("xnli", download).corpus("de", "test")
    assert [(made.text_pair, made.label) for made in corpus.examples if isinstance(made, TextExample)] == [
        (pair[1], None) for pair in PAIRS]
    assert corpus.notes["blank_labels"] == 3
    checked = TASKS.load("classification").value().checked(corpus.examples, needs_labels=True)
    with pytest.raises(DataError, match=r"test-de\.tsv, line 1: the example 1 has no label\n  → .* XTREME's script "
                                        "have no test labels"):
        list(checked)
    words = _open("panx", download).corpus("en", "test")
    assert [made.words for made in words.examples if isinstance(made, TokenExample)] == [
        ("Anna", "Maria", "sleeps"), ("Oslo",)]
    with pytest.raises(DataError, match=r"the sentence 1 has no labels\n  → .* XTREME's script have no test labels"):
        list(TASKS.load("tagging").value().checked(words.examples, needs_labels=True))


def test_words_and_tags(download: Path) -> None:
    source = _open("panx", download)
    examples = source.corpus("en", "train").examples
    assert [made.labels for made in examples if isinstance(made, TokenExample)] == [("B-PER", "I-PER", "O"), ("B-LOC",)]
    assert source.card is not None
    assert any("XTREME's script" in note for note in source.card.notes)
    assert not any("cut from the validation part" in note for note in source.card.notes), "that is another copy"


def test_a_folder_a_language_goes_before(download: Path) -> None:
    path = download / "xnli/en/test.tsv"
    path.parent.mkdir()
    path.write_text("premise\thypothesis\tlabel\na\tb\tneutral\n", encoding="utf-8")
    assert _open("xnli", download).languages("test") == ["en"]


def test_sets_that_are_not_xtremes_are_not_looked_for(download: Path) -> None:
    assert find_in_download(card("xsid"), download) is None
    assert as_downloaded(card("xsid")) == card("xsid")
    with pytest.raises(DataError, match=r"the data set pawsx is not in .*: there is no folder pawsx"):
        _open("pawsx", download)


def test_every_card_of_xtreme_is_read_by_its_task() -> None:
    known = [name for name in ("ud_pos", "panx", "xnli", "pawsx") if card(name).xtreme]
    assert known == ["ud_pos", "panx", "xnli", "pawsx"]
    for name in known:
        assert as_downloaded(card(name)).format in TASKS.load(card(name).task).value().formats
