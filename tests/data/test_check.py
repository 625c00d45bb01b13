from __future__ import annotations

from pathlib import Path

import pytest

from sprachbund.core.errors import DataError
from sprachbund.data.check import Finding, check_source, count_source
from sprachbund.data.locations import DataConfig, open_source
from sprachbund.data.source import DataSource


def _set(folder: Path, files: dict[str, str | bytes]) -> DataSource:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    texts = "text" in str(next(iter(files.values())))
    return open_source(DataConfig(name=str(folder)), kind="sequence" if texts else "tokens",
                       formats=("tsv",) if texts else ("token_columns",))


def _kinds(findings: tuple[Finding, ...]) -> list[tuple[str, str, str, int, int]]:
    return [(found.kind, found.language, found.split, found.count, found.total) for found in findings]


def _of(findings: tuple[Finding, ...], kind: str) -> list[Finding]:
    return [found for found in findings if found.kind == kind]


def test_what_one_should_know_of_tagging_data(tmp_path: Path) -> None:
    checked = check_source(_set(tmp_path, {
        "en/train.tsv": "Anna\tB-PER\nsleeps\tO\n",
        "en/test.tsv": "anna\tB-PER\nsleeps\tO\n\nTea\tO\n\ntea\tO\n",
        "ru/test.tsv": "Moskva\tB-LOC\n",
        "de/test.tsv": "Anna\tB-PER\nx\n",
    }))
    assert _kinds(checked.findings) == [
        ("broken", "de", "test", 1, 1),
        ("repeated", "en", "test", 1, 3),
        ("in_training", "en", "test", 1, 3),
        ("script", "ru", "test", 6, 6),
        ("unknown_label", "ru", "test", 1, 1),
    ]
    broken, repeated, shared, script, unknown = checked.findings
    assert "de/test.tsv, line 2: expected 2 columns" in broken.what
    assert (repeated.cases, shared.cases, unknown.cases) == (("3",), ("1",), ("B-LOC",))
    assert (repeated.what, unknown.what) == ("examples that repeat an earlier one: 1 of 3",
                                             "labels that the training data lack (once): B-LOC")
    assert script.what == "100% of the letters are Latin, Russian is expected in Cyrl"
    assert [(counted.language, counted.split) for counted in checked.counts] == [
        ("en", "train"), ("en", "test"), ("ru", "test")]
    assert checked.grave == (broken,)


def test_what_one_should_know_of_texts(tmp_path: Path) -> None:
    source = _set(tmp_path, {"de/test.tsv": "text\tlabel\nJa gern\tgut\nNein\t\n", "ja/test.tsv": "text\n東京へ行く\n"})
    checked = check_source(source)
    assert _kinds(checked.findings) == [("blank_label", "de", "test", 1, 2), ("blank_label", "ja", "test", 1, 1)]
    assert (checked.counts[0].words, checked.counts[0].notes) == (3, {"blank_labels": 1})
    assert [found.what for found in checked.findings] == [
        "1 of 2 texts have no label",
        "1 of 1 texts have no label: not given, or blanked as in copies made by XTREME's script"]


def test_text_without_letters_is_in_no_wrong_script(tmp_path: Path) -> None:
    assert check_source(_set(tmp_path, {"ru/test.tsv": "42\tO\n"})).findings == ()


def test_one_label_for_all_is_a_placeholder(tmp_path: Path) -> None:
    rows = "".join(f"Satz {number}\tneutral\n" for number in range(30))
    head = "text\tlabel\n"
    source = _set(tmp_path, {"en/dev.tsv": f"{head}{rows}Ja\tentailment\n", "de/test.tsv": head + rows})
    (blanked,) = _of(check_source(source).findings, "blank_label")
    assert (blanked.language, blanked.count) == ("de", 30)
    assert blanked.what == "all 30 labels are neutral: blanked, and put in as a placeholder"
    few = _set(tmp_path / "few", {"en/dev.tsv": f"{head}{rows}Ja\tnein\n", "de/test.tsv": f"{head}A\tnein\n"})
    assert not _of(check_source(few).findings, "blank_label"), "one example may well have one label"


def test_wrong_encodings(tmp_path: Path) -> None:
    checked = check_source(_set(tmp_path, {
        "de/test.tsv": "Käse\tO\n\nKÃ¤se\tO\n\nK\ufffdse\tO\n",
        "fr/test.tsv": "Été\tO\n\nça\tO\n".encode("latin-1"),
    }))
    assert _kinds(checked.findings) == [
        ("encoding", "de", "test", 1, 3), ("encoding", "de", "test", 1, 3),
        ("broken", "fr", "test", 1, 1), ("encoding", "fr", "test", 2, 3),
    ]
    lost, twice, broken, lines = checked.findings
    assert (lost.cases, twice.cases) == (("3",), ("2",))
    assert "line 1: 0xc9 is not UTF-8, byte 1 of the line (byte 1 of the text)" in broken.what
    assert lines.what == "2 of 3 lines are not UTF-8, the first is line 1"


def test_label_sets_that_differ(tmp_path: Path) -> None:
    usual = "".join(f"a{number}\tX\nb\tY\nc\tZ\n\n" for number in range(20))
    checked = check_source(_set(tmp_path, {
        "en/test.tsv": usual, "de/test.tsv": usual, "fr/test.tsv": usual + "d\tQ\n",
        "nl/test.tsv": usual.replace("Z", "Y"),
    }))
    found = {(each.language, each.what) for each in _of(checked.findings, "label_set")}
    assert found == {("nl", "lacks labels that most languages have: Z"),
                     ("fr", "labels of no other language (once): Q")}


def test_what_is_missing(tmp_path: Path) -> None:
    source = _set(tmp_path, {"en/test.tsv": "a\tX\n", "en/dev.tsv": "b\tX\n", "de/test.tsv": "c\tX\n",
                             "fr/dev.tsv": "d\tX\n", "klingonisch/test.tsv": "e\tX\n"})
    kinds = {found.kind: found.what for found in check_source(source).findings}
    assert kinds == {"no_language": "folders or files named after no language: klingonisch",
                     "missing_split": "languages without test data: fr"}
    (tmp_path / "xnli" / "de").mkdir(parents=True)
    (tmp_path / "xnli/de/test.tsv").write_text("premise\thypothesis\tlabel\na\tb\tneutral\n", encoding="utf-8")
    card = open_source(DataConfig(name="xnli"), kind="sequence", formats=("tsv",), data_dir=tmp_path)
    (absent,) = _of(check_source(card).findings, "missing_language")
    assert (absent.count, absent.total) == (14, 15)


def test_two_files_for_one_split_are_a_finding(tmp_path: Path) -> None:
    source = _set(tmp_path, {"de/test.tsv": "a\tX\n", "de/test.conll": "a\tX\n"})
    (broken,) = check_source(source).findings
    assert "2 files hold the test data in de" in broken.what


def test_counting_some_languages_and_splits(tmp_path: Path) -> None:
    source = _set(tmp_path, {"en/train.tsv": "a\tX\nb\tY\n", "de/test.tsv": "c\tX\n\nd\tX\ne\tX\n"})
    (german,) = count_source(source, ("train", "dev", "test"), ["de"])
    assert (german.split, german.examples, german.words, dict(german.lengths)) == ("test", 2, 3, {1: 1, 2: 1})
    assert len(count_source(source, ("train", "test"))) == 2
    with pytest.raises(DataError, match="has nothing in de\n  → splits asked for: train"):
        count_source(source, ("train",), ["de"])
