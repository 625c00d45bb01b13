from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sprachbund.core.config import validate
from sprachbund.core.errors import ConfigError, DataError, FormatError, LanguageError
from sprachbund.data.raw_text import TextConfig, find_texts


def read(path: Path, text: str | bytes, **options) -> tuple[list[str], Counter[str]]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (file,) = find_texts(TextConfig(name=str(path), **options), None)
    notes = Counter[str]()
    return list(file.texts(notes)), notes


def test_a_text_a_line_and_empty_lines_are_counted(tmp_path):
    texts, notes = read(tmp_path / "a.txt", "\ufeffEin Satz.\r\n\n  \nNoch einer. \u2028 Zwei\n")
    assert texts == ["Ein Satz.", "Noch einer. \u2028 Zwei"]
    assert notes == {"empty_lines": 2, "byte_order_marks": 1, "carriage_returns": 1}


@given(lines=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0\ufeff"))))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_line_with_text_is_lost(tmp_path, lines):
    texts, notes = read(tmp_path / "a.txt", "".join(f"{line}\n" for line in ["first", *lines]))
    assert texts == ["first", *(line.strip() for line in lines if line.strip())]
    assert len(texts) + notes["empty_lines"] == len(lines) + 1


def test_columns_of_a_table(tmp_path):
    named = "id\tSentence\tenglish\n1\teins\tone\n2\t\ttwo\n\n3\tdrei\tthree\n"
    texts, notes = read(tmp_path / "a.tsv", named)
    assert (texts, notes["empty_lines"]) == (["eins", "drei"], 2)
    assert read(tmp_path / "a.tsv", named, column="english")[0] == ["one", "two", "three"]
    assert read(tmp_path / "a.tsv", named, column=3)[0] == ["one", "two", "three"]
    assert read(tmp_path / "b.tsv", "eins\tone\nzwei\ttwo\n")[0] == ["eins", "zwei"]
    assert read(tmp_path / "b.tsv", "eins\tone\nzwei\ttwo\n", column="2")[0] == ["one", "two"]


def test_keys_of_json_lines(tmp_path):
    lines = "\n".join(json.dumps(value) for value in ({"text": "eins"}, {"text": None}, {"text": "zwei\nSätze"}))
    texts, notes = read(tmp_path / "a.jsonl", lines)
    assert (texts, notes["empty_lines"]) == (["eins", "zwei\nSätze"], 1)
    assert read(tmp_path / "a.jsonl", '{"body": "x"}\n', column="body")[0] == ["x"]


def test_gzip_is_read_as_it_stands(tmp_path):
    (tmp_path / "de.txt.gz").write_bytes(gzip.compress(b"Hallo.\n"))
    (file,) = find_texts(TextConfig(name=str(tmp_path / "{language}.txt")), None)
    assert list(file.texts(Counter())) == ["Hallo."]
    assert (file.language, file.format) == ("de", "lines")


def test_a_pattern_finds_languages_below_the_data_folder(tmp_path):
    for code in ("fr", "de", "xx-none"):
        (tmp_path / "corpora").mkdir(exist_ok=True)
        (tmp_path / "corpora" / f"web-{code}.txt").write_text("x\n")
    files = find_texts(TextConfig(name="corpora/web-{language}.txt"), tmp_path)
    assert [(file.name, file.language) for file in files] == [("web", "de"), ("web", "fr")]
    (only,) = find_texts(TextConfig(name="corpora/web-{language}.txt", languages="French"), tmp_path)
    assert only.language == "fr"
    with pytest.raises(LanguageError, match=r"no text in sw: .*\n.*there is text in: de, fr"):
        find_texts(TextConfig(name="corpora/web-{language}.txt", languages=("sw",)), tmp_path)


def test_one_file_may_say_its_language(tmp_path):
    (tmp_path / "old.txt").write_text("x\n")
    (file,) = find_texts(TextConfig(name="old.txt", languages=("got",)), tmp_path)
    assert (file.name, file.language) == ("old", "got")
    with pytest.raises(DataError, match="one file, and 2 languages are named"):
        find_texts(TextConfig(name="old.txt", languages=("de", "fr")), tmp_path)


def test_the_fingerprint_is_of_bytes_and_column(tmp_path):
    for name, text in (("a.tsv", "x\ty\n"), ("b.tsv", "x\ty\n"), ("c.tsv", "x\tz\n")):
        (tmp_path / name).write_text(text)
    prints = {name: find_texts(TextConfig(name=str(tmp_path / name), column=column), None)[0].fingerprint()
              for name, column in (("a.tsv", "1"), ("b.tsv", "1"), ("c.tsv", "1"))}
    assert prints["a.tsv"] == prints["b.tsv"] != prints["c.tsv"]
    assert find_texts(TextConfig(name=str(tmp_path / "a.tsv"), column="2"), None)[0].fingerprint() != prints["a.tsv"]


@pytest.mark.parametrize(("name", "text", "options", "error"), [
    ("a.txt", b"gut\n\xff\xfe nicht\n", {}, r"a\.txt, line 2: 0xff is not UTF-8, .*\n.*save the file as UTF-8"),
    ("a.txt", "Ü".encode("utf-16"), {}, r"the file begins like UTF-16"),
    ("a.txt", b"", {}, r"the file is empty"),
    ("a.tsv", b"a\tb\nc\n", {"column": "2"}, r"a\.tsv, line 2: there is no column 2: the row has 1"),
    ("a.tsv", b"text\tlabel\nc\td\n", {"column": "txet"}, r"no column 'txet'\n.*did you mean text\?"),
    ("a.tsv", b"a\tb\n", {"column": "3"}, r"no column '3'"),
    ("a.jsonl", b"{\n", {}, r"a\.jsonl, line 1: not valid JSON"),
    ("a.jsonl", b"[1]\n", {}, r"expected a JSON object"),
    ("a.jsonl", b'{"txet": "x"}\n', {}, r"the key 'text' is missing\n.*did you mean txet"),
    ("a.jsonl", b'{"text": 3}\n', {}, r"'text' should be text"),
    ("a.jsonl", b'{"text": "\\ud800"}\n', {}, r"half a surrogate pair"),
])
def test_what_is_no_text_is_told_with_its_place(tmp_path, name, text, options, error):
    with pytest.raises(FormatError, match=error):
        read(tmp_path / name, text, **options)


def test_files_that_are_not_there(tmp_path):
    (tmp_path / "de.txt").write_text("x\n")
    (tmp_path / "de.txt.gz").write_bytes(gzip.compress(b"x\n"))
    (tmp_path / "notes.md").write_text("x\n")
    (tmp_path / "about-text.txt").write_text("x\n")
    for name, error in (
        ("none.txt", r"no file of text none\.txt\n.*--data-dir"),
        ("none-{language}.txt", r"no file of text fits the pattern"),
        ("about-{language}.txt", r"about-text\.txt fit, where no language stands for"),
        ("{language}/{split}.txt", r"should name \{language\} and nothing else"),
        ("{language}.txt", r"2 files hold the text in de: de\.txt, de\.txt\.gz"),
        ("notes.md", r"the ending of notes\.md does not say .*\n.*lines, tsv or jsonl"),
        (".", r"this is a folder, a file of text is expected"),
    ):
        with pytest.raises(DataError, match=error):
            find_texts(TextConfig(name=name), tmp_path)


def test_a_config_with_faults():
    with pytest.raises(ConfigError, match="format"):
        validate({"name": "a", "format": "csv"}, TextConfig, "run.yaml")
