from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.retrieval.parallel import Columns, LineFiles, open_parallel

PATTERNS = {"name": "text/{language}-en.{language}", "translations": "text/{language}-en.en"}


def lines(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_columns(tmp_path: Path) -> None:
    lines(tmp_path, "mine/de/test.tsv", "sentence\tenglish\nHund\tdog\nHaus\thouse\n")
    settings = {"name": "mine", "format": "tsv", "reader": {"text_column": "sentence", "pair_column": "english"}}
    source = open_parallel(settings, tmp_path)
    assert isinstance(source, Columns)
    part = source.part("de", "test")
    assert [example.text for example in part.candidates] == ["dog", "house"]
    assert part.right == {"1": ("1",), "2": ("2",)}
    assert (source.name, source.languages("test"), source.card) == ("mine", ["de"], None)


def test_two_files_of_lines(tmp_path: Path) -> None:
    lines(tmp_path, "text/de-en.de", "Hund\r\nHaus\n")
    lines(tmp_path, "text/de-en.en", "dog\nhouse\n")
    source = open_parallel(PATTERNS, tmp_path)
    part = source.part("de", "test")
    assert [example.text for example in part.queries] == ["Hund", "Haus"]
    assert part.notes == {"carriage_returns": 1}
    assert (source.name, source.languages("test"), source.languages("dev")) == ("text", ["de"], [])
    before = source.fingerprint("de", "test")
    lines(tmp_path, "text/de-en.en", "dog\nhome\n")
    assert source.fingerprint("de", "test") != before


def test_a_folder_of_laser(tmp_path: Path) -> None:
    lines(tmp_path, "v1/tatoeba.deu-eng.deu", "Hund\nHaus\n")
    lines(tmp_path, "v1/tatoeba.deu-eng.eng", "dog\nhouse\n")
    source = open_parallel({"name": "v1"}, tmp_path)
    assert isinstance(source, LineFiles)
    assert source.languages("test") == ["de"]
    assert [example.text for example in source.part("de", "test").candidates] == ["dog", "house"]


@pytest.mark.parametrize(("german", "english", "told"), [
    ("Hund\nHaus\nHof\n", "dog\nhouse\n", "de-en.de has 3 lines, de-en.en has 2"),
    ("Hund\n\nHof\n", "dog\nhouse\nyard\n", "de-en.de, line 2: the line is empty"),
    ("Hund\nHaus\n", "dog\n \n", "de-en.en, line 2: the line is empty"),
    ("", "dog\n", "de-en.de: the file is empty"),
])
def test_lines_that_do_not_belong_together(tmp_path: Path, german: str, english: str, told: str) -> None:
    lines(tmp_path, "text/de-en.de", german)
    lines(tmp_path, "text/de-en.en", english)
    with pytest.raises(FormatError) as fault:
        open_parallel(PATTERNS, tmp_path).part("de", "test")
    assert told in str(fault.value)
    if "lines" in told:
        assert str(tmp_path / "text" / "de-en.en") in str(fault.value), "both files are named"


def test_the_order_that_xtremes_preprocessing_leaves_is_noted(tmp_path: Path) -> None:
    sides = [f"Satz {(7 * number) % 30:02}" for number in range(30)], sorted(f"line {n:02}" for n in range(30))
    lines(tmp_path, "text/de-en.de", "\n".join(sides[0]))
    lines(tmp_path, "text/de-en.en", "\n".join(sides[1]))
    assert open_parallel(PATTERNS, tmp_path).part("de", "test").notes == {"translations_in_alphabetical_order": 1}


def test_a_single_pair(tmp_path: Path) -> None:
    lines(tmp_path, "text/de-en.de", "Hund\n")
    lines(tmp_path, "text/de-en.en", "dog\n")
    with pytest.raises(DataError, match="text has a single pair in de: nothing is found among one sentence"):
        open_parallel(PATTERNS, tmp_path).part("de", "test")


def test_a_row_without_translation(tmp_path: Path) -> None:
    lines(tmp_path, "mine/de/test.tsv", "sentence\tlabel\nHund\ta\nHaus\tb\n")
    settings = {"name": "mine", "reader": {"text_column": "sentence", "label_column": "label"}}
    with pytest.raises(DataError, match="parallel text has a translation in every row, mine de has none in 1"):
        open_parallel(settings, tmp_path).part("de", "test")


@pytest.mark.parametrize(("settings", "told"), [
    ({"name": "text/de", "translations": "text/en"}, "the pattern text/de should name {language}"),
    ({**PATTERNS, "translations": "text/{language}.xx"}, "no file fits the pattern text/{language}.xx"),
    ({"name": "text/{language}-en.{language}", "translations": "other/{language}"}, "no language has files of both"),
    ({"name": "both/{language}.a", "translations": "both/{language}.b"}, "fr has only one of the two files"),
    ({"name": "nowhere"}, "nowhere"),
])
def test_files_that_are_not_there(tmp_path: Path, settings: dict[str, Any], told: str) -> None:
    lines(tmp_path, "text/de-en.de", "Hund\n")
    lines(tmp_path, "text/de-en.en", "dog\n")
    lines(tmp_path, "other/fr", "chien\n")
    for name in ("both/de.a", "both/de.b", "both/fr.a"):
        lines(tmp_path, name, "x\ny\n")
    with pytest.raises(DataError) as fault:
        open_parallel(settings, tmp_path)
    assert told in str(fault.value)


def test_a_language_without_files(tmp_path: Path) -> None:
    lines(tmp_path, "text/de-en.de", "Hund\n")
    lines(tmp_path, "text/de-en.en", "dog\n")
    with pytest.raises(DataError, match="has no test data in fr\n  → test data there are in: de"):
        open_parallel(PATTERNS, tmp_path).part("fr", "test")
