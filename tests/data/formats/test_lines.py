from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.formats.lines import open_lines


def _lines(path: Path, content: bytes, notes: Counter[str] | None = None) -> list[tuple[int, str]]:
    path.write_bytes(content)
    return list(open_lines(path, notes))


def test_lines_are_numbered_from_one_and_lose_their_ends(tmp_path: Path) -> None:
    notes = Counter[str]()
    assert _lines(tmp_path / "a", "ä\r\n\nb".encode(), notes) == [(1, "ä"), (2, ""), (3, "b")]
    assert notes == {"carriage_returns": 1}


def test_only_line_feeds_end_lines(tmp_path: Path) -> None:
    assert _lines(tmp_path / "a", "one\u2028still one\x85\x0c\n".encode()) == [(1, "one\u2028still one\x85\x0c")]


def test_gzip_is_known_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    assert _lines(tmp_path / "a.txt", gzip.compress(b"one\ntwo\n")) == [(1, "one"), (2, "two")]
    with pytest.raises(FormatError, match=r"a\.gz: the name ends in \.gz, the content is not gzip\n  → rename"):
        _lines(tmp_path / "a.gz", b"one\n")


def test_a_byte_order_mark_is_dropped_and_counted(tmp_path: Path) -> None:
    notes = Counter[str]()
    assert _lines(tmp_path / "a", b"\xef\xbb\xbfone\n", notes) == [(1, "one")]
    assert notes == {"byte_order_marks": 1}


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", gzip.compress(b"")])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FormatError, match="a: the file is empty\n  → check that it was written"):
        _lines(tmp_path / "a", content)


@pytest.mark.parametrize("content", [b"abc", b"\n", b"\xef\xbb\xbf\n"])
def test_a_file_of_one_line_is_not_empty(tmp_path: Path, content: bytes) -> None:
    assert len(_lines(tmp_path / "a", content)) == 1


def test_bytes_that_are_not_utf_8_are_told_with_line_and_byte(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"a, line 2: 0xfc is not UTF-8, byte 2 of the line \(byte 5 of the text\)"):
        _lines(tmp_path / "a", b"\xc3\xa4\n\x67\xfcnstig\n")


def test_a_nul_byte_is_told_with_line_and_byte(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"a, line 2: a NUL byte, byte 1 of the line \(byte 8 of the text\)"):
        _lines(tmp_path / "a", b"\xef\xbb\xbfone\n\0two\n")


def test_utf_16_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="line 1: the file begins like UTF-16\n  → save the file as UTF-8"):
        _lines(tmp_path / "a", "one".encode("utf-16"))


def test_gzip_cut_short_or_damaged_is_told_after_its_last_good_line(tmp_path: Path) -> None:
    packed = gzip.compress(b"one\ntwo\n" * 9000)
    with pytest.raises(FormatError, match=r"the gzip file ends too early after line \d+\n  → copy or download"):
        _lines(tmp_path / "a", packed[:-9])
    with pytest.raises(FormatError, match="the gzip file is damaged"):
        _lines(tmp_path / "a", packed[:-8] + b"\0\0\0\0" + packed[-4:])
    with pytest.raises(FormatError, match=r"the gzip file is damaged .* after line 0"):
        _lines(tmp_path / "a", packed[:10] + b"\xff" * 40)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere: there is no such file\n  → check the path"):
        list(open_lines(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        list(open_lines(tmp_path))


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused_and_nothing_is_lost(tmp_path_factory: pytest.TempPathFactory, content: bytes,
                                                          packed: bool) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    fault = None
    try:
        lines = _lines(path, gzip.compress(content) if packed else content)
    except FormatError as error:
        fault = error
    if fault is not None:
        assert fault.where is not None
        return
    joined = "\n".join(text for _, text in lines)
    assert joined == content.decode("utf-8-sig").replace("\r\n", "\n").removesuffix("\n")
    assert [number for number, _ in lines] == list(range(1, len(lines) + 1))
