from __future__ import annotations

from pathlib import Path

import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.retrieval.bucc import open_bucc

FILES = {
    "de-en.dev.de": "de-1\tHund\nde-2\tKatze\n", "de-en.dev.en": "en-1\tdog\nen-2\thouse\n",
    "de-en.dev.gold": "de-1\ten-1\n",
    "de-en.training.de": "de-1\tHaus\nde-2\tBaum\nde-3\tBerg\n", "de-en.training.en": "en-1\ttree\nen-2\thouse\n",
    "de-en.training.gold": "de-1\ten-2\nde-2\ten-1\n",
}


def write(folder: Path, **changed: str) -> Path:
    place = folder / "bucc2018"
    place.mkdir()
    for name, text in {**FILES, **{key.replace("__", "."): value for key, value in changed.items()}}.items():
        (place / name).write_text(text, encoding="utf-8")
    return folder


def test_both_splits_under_both_names(tmp_path: Path) -> None:
    source = open_bucc({"name": "bucc2018"}, write(tmp_path))
    assert (source.kind, source.languages("dev"), source.languages("test")) == ("mining", ["de"], ["de"])
    part = source.part("de", "test")
    assert [example.identity for example in part.queries] == ["de-1", "de-2", "de-3"]
    assert [example.text for example in part.candidates] == ["tree", "house"]
    assert part.right == {"de-1": ("en-2",), "de-2": ("en-1",)}
    assert source.fingerprint("de", "test") != source.fingerprint("de", "dev")
    assert source.card is not None
    assert source.card.name == "bucc"


@pytest.mark.parametrize(("file", "text", "told"), [
    ("de-en.dev.de", "de-1 Hund\n", "de-en.dev.de, line 1: expected an identity and a sentence with a tab between"),
    ("de-en.dev.de", "de-1\tHund\nde-1\tHof\n", "line 2: the identity de-1 stands twice"),
    ("de-en.dev.de", "de-1\t \nde-2\tHof\n", "line 1: the sentence de-1 is empty"),
    ("de-en.dev.gold", "de-1\n", "line 1: expected two identities with a tab between, got 1 columns"),
    ("de-en.dev.gold", "de-9\ten-1\n", "line 1: the gold pair names de-9, which de-en.dev.de does not have"),
    ("de-en.dev.gold", "de-1\ten-9\n", "line 1: the gold pair names en-9, which de-en.dev.en does not have"),
])
def test_what_breaks_the_format_is_told_with_file_and_line(tmp_path: Path, file: str, text: str, told: str) -> None:
    write(tmp_path)
    (tmp_path / "bucc2018" / file).write_text(text, encoding="utf-8")
    with pytest.raises(FormatError) as fault:
        open_bucc({"name": "bucc2018"}, tmp_path).part("de", "dev")
    assert told in str(fault.value)


def test_no_gold_no_data(tmp_path: Path) -> None:
    write(tmp_path)
    for path in (tmp_path / "bucc2018").glob("*.gold"):
        path.unlink()
    with pytest.raises(DataError, match=r"nothing like de-en\.test\.gold"):
        open_bucc({"name": "bucc2018"}, tmp_path)
    with pytest.raises(DataError, match="there is no folder nowhere"):
        open_bucc({"name": "nowhere"}, tmp_path)


def test_a_language_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the data set bucc2018 has no test data in fr"):
        open_bucc({"name": "bucc2018"}, write(tmp_path)).part("fr", "test")
