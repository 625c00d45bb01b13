"""The contract of a file format, runnable on a stranger's class.

    from sprachbund.testing.check_reader import check_reader

    def test_my_reader(tmp_path):
        check_reader(MyReader(), "one\\tgood\\tfile\\n", tmp_path)

A reader that lets a broken file through gives scores of something else than the file; one that fails
with its own exceptions leaves the user without file and line.
"""

from __future__ import annotations

import gzip
import random
from collections import Counter
from pathlib import Path

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import Example, TokenExample
from sprachbund.data.formats.reader import Reader, ReaderOptions


def check_reader(
    reader: Reader, text: str, folder: Path, options: ReaderOptions | None = None, *, seed: int = 0, broken: int = 200
) -> None:
    """Check that a reader reads a good file the same however it is stored, and refuses bad ones with their place.

    Args:
        reader: an instance.
        text: the content of a good file with at least two examples, lines ending in a line feed.
        folder: an empty folder to write to.
        options: for this content.
        seed: of the damage done.
        broken: how many damaged copies are tried.

    Raises:
        AssertionError: names the part of the contract that is broken.
    """
    options = options or ReaderOptions()
    assert reader.name, "name says how runs ask for the format"
    assert isinstance(reader.version, int), "version is an integer"
    assert reader.extensions, "extensions are file name endings"
    assert all(ending.startswith(".") and not ending.endswith(".gz") for ending in reader.extensions), (
        f"extensions begin with a dot and leave .gz out: {reader.extensions}")
    path = folder / f"good{reader.extensions[0]}"
    path.write_bytes(text.encode())
    examples = _read(reader, path, options)
    _check_examples(examples, path, text.count("\n"))
    assert _read(reader, path, options) == examples, "reading twice gives the same"
    _check_storage(reader, text, examples, path, options)
    _check_refusals(reader, text, folder, options)
    _check_damage(reader, text, folder, options, random.Random(seed), broken)


def _read(reader: Reader, path: Path, options: ReaderOptions) -> list[Example]:
    return list(reader.read(path, options, Counter()))


def _fault(reader: Reader, path: Path, options: ReaderOptions) -> FormatError | None:
    try:
        _read(reader, path, options)
    except FormatError as error:
        return error
    return None


def _check_examples(examples: list[Example], path: Path, lines: int) -> None:
    assert len(examples) >= 2, f"the good file should hold two examples or more, found {len(examples)}"
    identities = [example.identity for example in examples]
    assert len(set(identities)) == len(identities), "identities are unique"
    last = 0
    for example in examples:
        assert example.location is not None, "each example has its location"
        assert example.location.path == str(path), "locations name the file as it was given"
        line = example.location.line
        assert line is not None, "locations name the line"
        assert last < line <= lines, "lines rise from example to example, counted from 1"
        last = line
        if isinstance(example, TokenExample):
            assert example.words, "a sentence has words"
            assert all(example.words), "no word is empty"
            assert example.labels is None or len(example.labels) == len(example.words), "one label a word"


def _check_storage(reader: Reader, text: str, examples: list[Example], path: Path, options: ReaderOptions) -> None:
    stored = {
        "gzip": gzip.compress(text.encode()),
        "carriage returns": text.replace("\n", "\r\n").encode(),
        "a byte order mark": b"\xef\xbb\xbf" + text.encode(),
        "no final line feed": text.rstrip("\n").encode(),
    }
    for how, content in stored.items():
        path.write_bytes(content)
        assert _read(reader, path, options) == examples, f"a file with {how} reads the same"


def _check_refusals(reader: Reader, text: str, folder: Path, options: ReaderOptions) -> None:
    middle = text.index("\n") + 1
    head, tail = text[:middle].encode(), text[middle:].encode()
    for what, content, line in (
        ("an empty file", b"", None),
        ("a file of blank lines", b"\n\n\n", None),
        ("a NUL byte", head + b"\0" + tail, 2),
        ("a byte that is not UTF-8", head + b"\xff" + tail, 2),
        ("a gzip file cut short", gzip.compress(text.encode() * 50, mtime=0)[:-9], None),
    ):
        path = folder / f"bad{reader.extensions[0]}"
        path.write_bytes(content)
        fault = _fault(reader, path, options)
        assert fault is not None, f"{what} is refused with a FormatError"
        assert fault.where is not None, f"{what} is told with its place"
        assert fault.where.path == str(path), f"{what} is told with the file"
        assert line is None or fault.where.line == line, f"{what} is told with its line {line}: {fault.where}"
        assert fault.remedy, f"{what} is told with what to do"


def _check_damage(
    reader: Reader, text: str, folder: Path, options: ReaderOptions, draw: random.Random, copies: int
) -> None:
    """Lines dropped, doubled, cut and swapped: a reader may accept the result, but raises nothing else."""
    path = folder / f"damaged{reader.extensions[0]}"
    for _ in range(copies):
        content = bytearray(text.encode())
        for _ in range(draw.randint(1, 3)):
            start, end = sorted(draw.randrange(len(content) + 1) for _ in range(2))
            piece = content[start:min(end, start + 20)]
            at = draw.randrange(len(content) + 1)
            if draw.random() < 0.5:
                content[at:at] = piece
            else:
                del content[start:start + len(piece)]
        path.write_bytes(bytes(content))
        try:
            fault = _fault(reader, path, options)
        except Exception as error:
            raise AssertionError(
                f"damaged files raise FormatError, not {type(error).__name__}: {error}; the file was {bytes(content)!r}"
            ) from error
        assert fault is None or (fault.where and fault.remedy), f"faults are told with place and remedy: {fault}"
