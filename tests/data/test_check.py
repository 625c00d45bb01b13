from __future__ import annotations

from pathlib import Path

from sprachbund.data.check import Finding, check_source, count
from sprachbund.data.locations import DataConfig, open_source
from sprachbund.data.source import DataSource


def _set(folder: Path, files: dict[str, str]) -> DataSource:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    kind = "sequence" if "text" in next(iter(files.values())) else "tokens"
    formats = ("tsv",) if kind == "sequence" else ("token_columns",)
    return open_source(DataConfig(name=str(folder)), kind=kind, formats=formats)  # type: ignore[arg-type]


def _kinds(findings: tuple[Finding, ...]) -> list[tuple[str, str, str, int, int]]:
    return [(found.kind, found.language, found.split, found.count, found.total) for found in findings]


def test_sentences_words_and_labels_are_counted(tmp_path: Path) -> None:
    source = _set(tmp_path, {"en/train.tsv": "Anna\tB-PER\nsleeps\tO\n\nTea\tO\n"})
    counted = count(source.corpus("en", "train"))
    assert (counted.examples, counted.words, counted.labels, counted.unlabelled) == (2, 3, {"O": 2, "B-PER": 1}, 0)
    assert list(counted.labels) == ["O", "B-PER"]


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
    assert script.what == "100% of the letters are Latin, Russian is expected in Cyrl"
    assert [(counted.language, counted.split) for counted in checked.counts] == [
        ("en", "train"), ("en", "test"), ("ru", "test")]


def test_what_one_should_know_of_texts(tmp_path: Path) -> None:
    source = _set(tmp_path, {"de/test.tsv": "text\tlabel\nJa gern\tgut\nNein\t\n", "ja/test.tsv": "text\n東京へ行く\n"})
    checked = check_source(source)
    assert _kinds(checked.findings) == [("blank_label", "de", "test", 1, 2), ("blank_label", "ja", "test", 1, 1)]
    assert (checked.counts[0].words, checked.counts[0].notes) == (3, {"blank_labels": 1})
    assert checked.findings[0].what == "1 of 2 texts have no label"


def test_text_without_letters_is_in_no_wrong_script(tmp_path: Path) -> None:
    assert check_source(_set(tmp_path, {"ru/test.tsv": "42\tO\n"})).findings == ()
