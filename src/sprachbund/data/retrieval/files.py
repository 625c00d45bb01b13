"""What readers of retrieval data share: files by language, fingerprints, texts that must not be empty, JSON."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sprachbund.core.canonical import digest
from sprachbund.core.errors import DataError, FormatError, LanguageError
from sprachbund.core.files import sha256_file
from sprachbund.core.source import Location
from sprachbund.data.formats.lines import open_lines
from sprachbund.languages.language import find_variant


def fingerprint_of(paths: Iterable[Path], reader: str, version: int, **options: Any) -> str:
    """Sha256 over the bytes of files, the reader, its version and options."""
    return digest({"bytes": [sha256_file(path) for path in paths], "reader": reader, "version": version, **options})


def language_code(text: str) -> str | None:
    """The code that a file name's part stands for, or None."""
    try:
        return find_variant(text).code
    except LanguageError:
        return None


def with_or_without_gz(path: Path) -> Path | None:
    """The file itself or gzipped beside it; None where there is neither."""
    packed = path.with_name(path.name + ".gz")
    return path if path.is_file() else packed if packed.is_file() else None


def text_lines(path: Path, notes: Counter[str]) -> list[str]:
    """Every line of a file.

    Raises:
        FormatError: an empty line, which cannot be told from a sentence that is missing; the file is empty.
    """
    found = []
    for number, line in open_lines(path, notes):
        found.append(filled(line, path, number, "the line"))
    return found


def filled(text: str, path: Path, line: int | None, what: str) -> str:
    """A text that is more than blanks.

    Raises:
        FormatError: it is not.
    """
    if not text.strip():
        raise FormatError(f"{what} is empty", where=Location(str(path), line),
                          remedy="put the text in, or take the example out of all files that belong together")
    return text


def json_file(path: Path) -> Any:
    """A JSON file, gzipped or not.

    Raises:
        FormatError: not JSON.
    """
    try:
        raw = path.read_bytes()
        return json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", where=Location(str(path)),
                        remedy="copy or download the file again") from None
    except json.JSONDecodeError as error:
        raise FormatError(f"not valid JSON: {error.msg}", where=Location(str(path), error.lineno, error.colno),
                          remedy="copy or download the file again") from None
    except (UnicodeDecodeError, EOFError, zlib.error) as error:
        raise FormatError(f"not readable as JSON: {error}", where=Location(str(path)),
                          remedy="copy or download the file again") from None


def json_lines(path: Path, notes: Counter[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file with their line numbers.

    Raises:
        FormatError: a line that is no JSON object.
    """
    for number, line in open_lines(path, notes):
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise FormatError(f"not valid JSON: {error.msg}", where=Location(str(path), number, error.colno),
                              remedy="each line is one JSON object") from None
        if not isinstance(value, dict):
            raise FormatError("expected a JSON object", where=Location(str(path), number),
                              remedy="each line is one JSON object")
        yield number, value


def entry(values: dict[str, Any], name: str, kind: type, path: Path, line: int | None, where: str = "") -> Any:
    """A field of a JSON object, of the kind that is expected.

    Raises:
        FormatError: it is missing or of another kind.
    """
    value = values.get(name)
    if not isinstance(value, kind):
        got = "it is missing" if name not in values else f"got {type(value).__name__}"
        words = {str: "text", int: "a number", list: "a list", dict: "an object"}
        raise FormatError(f"{where}{name}: expected {words.get(kind, kind.__name__)}, {got}",
                          where=Location(str(path), line), remedy="check that this is the format that was named")
    return value
