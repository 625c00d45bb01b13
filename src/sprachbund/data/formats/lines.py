"""Lines of a text file, gzipped or not: strictly UTF-8, and every fault told with line and byte.

Lines end with a line feed, with or without a carriage return before it. Other characters at which
`str.splitlines` would break (U+2028, U+0085, form feed) are part of the text: data sets have them
inside sentences.
"""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.source import Location

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = {
    b"PK\x03\x04": ("a zip archive", "unpack it, and give the file or folder that comes out"),
    b"PAR1": ("a parquet file", "give the copy of a hub's repository that it belongs to, as hub:FOLDER"),
}
"""First bytes -> what such a file is, and what to do."""
_UTF8_REMEDY = "save the file as UTF-8"


def open_lines(path: Path, notes: Counter[str] | None = None) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file with their numbers from 1, without line ends.

    Gzip is recognised by its first bytes, whatever the file is called. A byte order mark is dropped and
    counted (`byte_order_marks`), as are lines that end in CR LF (`carriage_returns`).

    Args:
        path: the file.
        notes: counts, added to.

    Raises:
        DataError: the file is not there or cannot be read.
        FormatError: the file is empty, has a NUL byte or a byte that is not UTF-8 (the message names the
            byte in line and file), is called `.gz` and is none, or is a damaged gzip file.
    """
    with _opened(path) as stream:
        lines = stream_lines(stream, path, notes)
        first = next(lines, None)
        if first is None:
            raise FormatError("the file is empty", where=Location(str(path)),
                              remedy="check that it was written or copied whole")
        yield first
        yield from lines


def stream_lines(stream: IO[bytes], path: Path, notes: Counter[str] | None = None) -> Iterator[tuple[int, str]]:
    """Yield the lines of an open stream as soon as they come; an empty stream has none.

    Args:
        stream: bytes, not packed.
        path: what messages call it.
        notes: as in `open_lines`.

    Raises:
        DataError, FormatError: as `open_lines`.
    """
    notes = Counter() if notes is None else notes
    number = offset = start = 0
    lines = iter(stream)
    while (raw := _next(lines, path, number)) is not None:
        number += 1
        if number == 1:
            start = _mark_length(raw, path, notes)
            raw, offset = raw[start:], start
        text = _decoded(raw, path, number, offset)
        offset += len(raw)
        if text.endswith("\n"):
            text = text[:-1]
            if text.endswith("\r"):
                text = text[:-1]
                notes["carriage_returns"] += 1
        if offset > start:
            yield number, text


def undecodable(path: Path) -> tuple[int, int, int]:
    """Count the lines of a file that are not UTF-8.

    Returns:
        All lines, those that are not UTF-8, and the number from 1 of the first of those (0 if there is none).

    Raises:
        DataError, FormatError: as `open_lines`, for the file as a whole.
    """
    number = faults = first = 0
    with _opened(path) as stream:
        lines = iter(stream)
        while (raw := _next(lines, path, number)) is not None:
            number += 1
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError:
                faults += 1
                first = first or number
    return number, faults, first


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked if they are gzip."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise DataError("there is no such file", where=Location(str(path)), remedy="check the path") from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=Location(str(path)),
                        remedy="give a file that you may read") from None
    with file:
        start = file.peek(4)[:4]
        for magic, (kind, remedy) in _NO_TEXT.items():
            if start == magic:
                raise FormatError(f"this is {kind}, not a text file", where=Location(str(path)), remedy=remedy)
        if start[:2] == _GZIP:
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield BufferedReader(unpacked, 1 << 16)
            return
        if start and path.suffix == ".gz":
            raise FormatError("the name ends in .gz, the content is not gzip", where=Location(str(path)),
                              remedy="rename the file, or copy it again in binary mode")
        yield file


def _next(lines: Iterator[bytes], path: Path, number: int) -> bytes | None:
    try:
        return next(lines, None)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        kind = "ends too early" if isinstance(error, EOFError) else f"is damaged ({error})"
        raise FormatError(f"the gzip file {kind} after line {number}", where=Location(str(path)),
                          remedy="copy or download the file again") from None
    except OSError as error:
        raise DataError(f"cannot be read after line {number}: {error.strerror}", where=Location(str(path)),
                        remedy="check the disk or the network folder") from None


def _mark_length(raw: bytes, path: Path, notes: Counter[str]) -> int:
    """Length of the byte order mark with which the first line begins, 0 if there is none."""
    if raw.startswith(_UTF16):
        raise FormatError("the file begins like UTF-16", where=Location(str(path), 1), remedy=_UTF8_REMEDY)
    if raw.startswith(_BOM):
        notes["byte_order_marks"] += 1
        return len(_BOM)
    return 0


def _decoded(raw: bytes, path: Path, number: int, offset: int) -> str:
    if b"\0" in raw:
        at = raw.index(b"\0")
        raise FormatError(f"a NUL byte, {_byte(at, offset)}", where=Location(str(path), number),
                          remedy="this is no text file, or it was damaged: take the byte out or copy the file again")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"0x{raw[error.start]:02x} is not UTF-8, {_byte(error.start, offset)}",
                          where=Location(str(path), number), remedy=_UTF8_REMEDY) from None


def _byte(at: int, offset: int) -> str:
    """Name a byte, counted from 1."""
    return f"byte {at + 1} of the line (byte {offset + at + 1} of the text)"
