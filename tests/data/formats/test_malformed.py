"""Files as they come from the wild: every reader of words and texts reads them, or names file, line and remedy."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.examples import Example, TokenExample
from sprachbund.data.formats.reader import READERS, ReaderOptions

STORED = Path(__file__).parent / "malformed"
NAMES = ("conllu", "token_columns", "tsv", "quoted_tsv", "csv", "jsonl")


def _read(name: str, path: Path, notes: Counter[str] | None = None) -> list[Example]:
    return list(READERS.load(name).value().read(path, ReaderOptions(), Counter() if notes is None else notes))


def _told(name: str, path: Path) -> str | None:
    """What a reader says of a file that it refuses; None if it reads it."""
    fault = None
    try:
        _read(name, path)
    except FormatError as error:
        fault = error
    assert fault is None or (fault.where is not None and fault.where.path == str(path) and fault.remedy)
    return None if fault is None else str(fault)


FAULTS = {
    "words_without_a_blank_line.conllu": ("conllu", "line 3: the id '1' is out of order: expected 3\n  → put a blank"),
    "blanks_for_tabs.conllu": ("conllu", "line 2: expected 10 columns separated by tabs, found 1 column\n  → separate"),
    "range_beyond_the_end.conllu": ("conllu", "line 1: the range 1-3 goes beyond the sentence, which has 2 words"),
    "cut_in_the_middle.conllu": ("conllu", "line 2: expected 10 columns separated by tabs, found 4 columns"),
    "tabs_then_blanks.tsv": ("token_columns", "line 2: expected 2 columns separated by tabs, as in line 1, found 1\n"
                             "  → this line has blanks between its columns: use tabs throughout"),
    "label_missing.tsv": ("token_columns", "line 2: the token 'sleeps' has no label\n  → fill in the label"),
    "latin1.tsv": ("token_columns", "line 2: 0xe4 is not UTF-8, byte 2 of the line (byte 9 of the text)\n  → save"),
    "utf16.tsv": ("tsv", "line 1: the file begins like UTF-16\n  → save the file as UTF-8"),
    "tab_within_a_text.tsv": ("tsv", "line 3: expected 2 columns, as in the first row, found 3\n  → a separator"),
    "quote_left_open.csv": ("csv", "not valid CSV"),
    "object_cut.jsonl": ("jsonl", "line 2, column 10: not valid JSON"),
    "key_missing.jsonl": ("jsonl", "line 2: the key 'label' is missing\n  → give every object the keys of the first"),
}


@pytest.mark.parametrize("file", FAULTS)
def test_stored_files_are_refused_with_their_line(file: str) -> None:
    name, message = FAULTS[file]
    assert message in (_told(name, STORED / file) or "")


def test_every_stored_file_is_read_or_refused_by_every_reader() -> None:
    files = sorted(path for path in STORED.iterdir() if path.suffix != ".md")
    assert {path.name for path in files} == set(FAULTS)
    for path in files:
        for name in NAMES:
            _told(name, path)


PIECES = [
    b"1\tHej\t_\tINTJ\t_\t_\t0\t_\t_\t_", b"1-2\tzum\t_\t_\t_\t_\t_\t_\t_\t_", b"1.1\tx\t_\t_\t_\t_\t_\t_\t_\t_",
    b"2\tdem\t_\tDET\t_\t_\t1\t_\t_\t_", b"# sent_id = a", b"# global.columns = FORM UPOS", b"Anna\tB-PER",
    b"Anna B-PER", b"premise\thypothesis\tlabel", b"a\tb\tneutral", b'"a ""b""",good', b'{"text": "a", "label": true}',
    b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\0", b"\xe4", b"\xed\xa0\x80", "\u2028".encode(), b"\x1f\x8b",
    b"PK\x03\x04", b'"', b"\t", b" ", b"[" * 2000, b"9" * 5000, b"",
]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=10),
       ends=st.lists(st.sampled_from([b"\n", b"\r\n", b"\t", b"", b"\n\n"]), min_size=10, max_size=10))
def test_whatever_the_bytes_are_a_fault_has_file_and_remedy(
    tmp_path_factory: pytest.TempPathFactory, name: str, pieces: list[bytes], ends: list[bytes]
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{name}"
    path.write_bytes(b"".join(piece + end for piece, end in zip(pieces, ends, strict=False)))
    _told(name, path)


@pytest.mark.parametrize("name", NAMES)
def test_archives_and_tables_of_other_programs_are_named(tmp_path: Path, name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("test.tsv", "a\tb\n")
    path = tmp_path / "test.tsv"
    path.write_bytes(packed.getvalue())
    assert "test.tsv: this is a zip archive, not a text file\n  → unpack it" in (_told(name, path) or "")
    path.write_bytes(b"PAR1....PAR1")
    assert "this is a parquet file, not a text file\n  → give the copy of a hub's" in (_told(name, path) or "")
    with pytest.raises(DataError, match="there is no such file"):
        _read(name, tmp_path / "absent")


def _long_sentence(words: int) -> str:
    """A sentence whose words hang on one another in a chain, every second pair a multiword token."""
    lines = []
    for number in range(1, words + 1):
        if number % 4 == 1:
            lines.append(f"{number}-{number + 1}\tab\t_\t_\t_\t_\t_\t_\t_\t_")
        lines.append(f"{number}\tw\t_\tNOUN\t_\t_\t{number - 1}\tdep\t_\t_")
    return "\n".join(lines) + "\n\n"


def test_a_sentence_of_ten_thousand_words(tmp_path: Path) -> None:
    path = tmp_path / "long.conllu"
    path.write_text(_long_sentence(10_000), encoding="utf-8")
    started = time.process_time()
    (sentence,) = _read("conllu", path)
    assert time.process_time() - started < 2
    assert isinstance(sentence, TokenExample)
    assert len(sentence.words) == 7_500
    path.write_text("w\tO\n" * 10_000, encoding="utf-8")
    (sentence,) = _read("token_columns", path)
    assert isinstance(sentence, TokenExample)
    assert len(sentence.words) == 10_000


def test_windows_files_read_as_others(tmp_path: Path) -> None:
    notes = Counter[str]()
    path = tmp_path / "a.conllu"
    path.write_bytes(b"\xef\xbb\xbf" + b"1\tHej\t_\tINTJ\t_\t_\t0\t_\t_\t_\r\n\r\n1\tJa\t_\tINTJ\t_\t_\t0\t_\t_\t_\r\n")
    words = [made.words for made in _read("conllu", path, notes) if isinstance(made, TokenExample)]
    assert words == [("Hej",), ("Ja",)]
    assert notes == {"byte_order_marks": 1, "carriage_returns": 3}
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert len(_read("conllu", path)) == 2
