from __future__ import annotations

import gzip
import hashlib
import shutil
from pathlib import Path

import pytest

from sprachbund.core.errors import DataError
from sprachbund.data.examples import TokenExample
from sprachbund.data.file_source import FileSource, files_in_folder, files_of_pattern
from sprachbund.data.formats.reader import READERS, ReaderOptions

FILES = Path(__file__).parent / "files"


def _source(folder: Path, *formats: str, options: ReaderOptions | None = None) -> FileSource:
    files, left_out = files_in_folder(folder)
    readers = {name: READERS.load(name) for name in formats or ("conllu", "token_columns")}
    return FileSource("small", files, readers, options or ReaderOptions(), None, str(folder), left_out)


def _set(tmp_path: Path, *names: str) -> Path:
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Anna\tB-PER\n", encoding="utf-8")
    return tmp_path


def test_a_folder_in_the_layout_of_the_readme() -> None:
    source = _source(FILES / "sample")
    assert source.languages("test") == ["de", "en"]
    assert source.languages("train") == ["en"]
    assert source.languages("dev") == []
    assert source.left_out == ("notes",)
    corpus = source.corpus("German", "test")
    assert (corpus.data_set, corpus.language, corpus.split) == ("small", "de", "test")
    assert isinstance(corpus.examples[0], TokenExample)
    assert corpus.notes == {"folders_left_out": 1, "multiword_tokens": 1}
    assert corpus.fingerprint == source.fingerprint("de", "test")
    assert source.path("deu", "test") == FILES / "sample/de/test.conllu.gz"


def test_other_names_of_splits_and_odd_splits(tmp_path: Path) -> None:
    source = _source(_set(tmp_path, "de/valid.tsv", "de/test_2016.tsv", "pt-BR/validation.tsv", "de/.hidden", "x.tsv"))
    assert source.languages("dev") == source.languages("validation") == ["de", "pt-BR"]
    assert source.corpus("de", "test_2016").split == "test_2016"


def test_variants_and_names_are_resolved_to_codes(tmp_path: Path) -> None:
    source = _source(_set(tmp_path, "ar_pud/test.tsv", "german/test.tsv", "sr_latn/test.tsv"))
    assert source.languages("test") == ["ar_pud", "de", "sr-Latn"]


def test_the_fingerprint_changes_with_bytes_reader_and_options_only(tmp_path: Path) -> None:
    folder = _set(tmp_path, "de/test.tsv", "en/test.tsv")
    source = _source(folder)
    first = source.fingerprint("de", "test")
    moved = tmp_path / "elsewhere"
    shutil.copytree(folder, moved)
    assert _source(moved).fingerprint("de", "test") == first, "the place does not count"
    assert _source(folder, options=ReaderOptions(label_column="2")).fingerprint("de", "test") != first
    assert source.fingerprint("en", "test") != first, "readers may read by language"
    (folder / "de/test.tsv").write_text("Anna\tO\nx\tO\n", encoding="utf-8")
    assert source.fingerprint("de", "test") != first
    assert len(first) == len(hashlib.sha256().hexdigest())


def test_the_reader_knows_the_language(tmp_path: Path) -> None:
    path = tmp_path / "es-MX/test.conllu"
    path.parent.mkdir()
    path.write_text("1-2\thaberlo\t_\t_\t_\t_\t_\t_\t_\t_\n1\thaber\t_\tAUX\t_\t_\t3\t_\t_\t_\n"
                    "2\tlo\t_\tPRON\t_\t_\t3\t_\t_\t_\n3\tvisto\t_\tVERB\t_\t_\t0\t_\t_\t_\n\n", encoding="utf-8")
    (example,) = _source(tmp_path).corpus("es-MX", "test").examples
    assert isinstance(example, TokenExample)
    assert example.labels == ("AUX", "VERB")
    (example,) = _source(tmp_path, options=ReaderOptions(language="en")).corpus("es-MX", "test").examples
    assert example.labels == ("PRON", "VERB")


def test_what_is_not_there_is_told_with_what_is(tmp_path: Path) -> None:
    source = _source(FILES / "sample")
    with pytest.raises(DataError, match="the data set small has no train data in de\n  → de has: test; "
                                        "train data there are in: en"):
        source.corpus("de", "train")
    with pytest.raises(DataError, match="small has no dev data in fr\n  → splits there are: train, test"):
        source.fingerprint("fr", "dev")


def test_two_files_for_one_split_are_told_when_asked_for(tmp_path: Path) -> None:
    folder = _set(tmp_path, "de/test.tsv", "de/test.conll", "en/test.tsv", "de/dev.tsv", "de/dev.conllu")
    source = _source(folder)
    source.corpus("en", "test")
    with pytest.raises(DataError, match=r"2 files hold the test data in de: test.conll, test.tsv\n  → keep one"):
        source.corpus("de", "test")
    assert source.path("de", "dev").name == "dev.conllu", "the first format of the task is looked for first"


def test_an_ending_that_no_reader_knows(tmp_path: Path) -> None:
    folder = _set(tmp_path, "de/test.data")
    with pytest.raises(DataError, match=r"no reader of conllu or token_columns knows the ending of test\.data"):
        _source(folder).corpus("de", "test")
    assert len(_source(folder, "token_columns").corpus("de", "test").examples) == 1, "a named format needs no ending"


def test_files_by_pattern(tmp_path: Path) -> None:
    folder = _set(tmp_path, "wiki-de.train.tsv", "wiki-en.train.tsv", "wiki-klingonisch.train.tsv", "wiki-en.dev.tsv")
    (folder / "wiki-fr.train.tsv.gz").write_bytes(gzip.compress(b"Anna\tO\n"))
    files, left_out = files_of_pattern(str(folder / "wiki-{language}.{split}.tsv"))
    assert {split: sorted(found) for split, found in files.items()} == {"train": ["de", "en", "fr"], "dev": ["en"]}
    assert left_out == ("wiki-klingonisch.train.tsv",)
    only, _ = files_of_pattern(str(folder / "wiki-{language}.train.tsv"))
    assert list(only) == ["train"], "the split that the pattern names"


def test_patterns_are_literal_but_for_their_holes(tmp_path: Path) -> None:
    folder = _set(tmp_path, "a[1]/de/x-de.tsv", "a[1]/de/x-en.tsv", "a1/fr/x-fr.tsv")
    files, _ = files_of_pattern(str(folder / "a[1]/{language}/x-{language}.tsv"))
    assert files == {"test": {"de": [folder / "a[1]/de/x-de.tsv"]}}
