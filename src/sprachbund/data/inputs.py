"""Text to be labelled: from the command line, from standard input, from files; as a stream."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.source import Location
from sprachbund.data.examples import Example, FrameExample, QuestionExample, TextExample, TokenExample
from sprachbund.data.formats.lines import open_lines, stream_lines
from sprachbund.data.formats.reader import READERS, ReaderOptions
from sprachbund.data.labels import Kind

_STANDARD_INPUT = "standard input"
_WORD = re.compile(r"\w+(?:[-'’]\w+)*|[^\w\s]")
_READERS: dict[Kind, dict[str, str]] = {
    "tokens": {".conllu": "conllu"}, "sequence": {".tsv": "tsv", ".csv": "csv", ".jsonl": "jsonl"},
    "span": {".json": "squad"}, "joint": {".conll": "frame_columns", ".jsonl": "frame_jsonl"},
    "choice": {".jsonl": "choices"},
}
_NO_LINES: dict[Kind, tuple[str, str]] = {
    "span": ("questions are read with their contexts from JSON in SQuAD's format",
             "give a .json file, or one question with --text and its context with --pair"),
    "choice": ("questions are read with their choices from JSON lines", "give a .jsonl file"),
}
"""What cannot be read from lines of text, and what to give instead."""


def read_texts(texts: Sequence[str], pair: str | None, kind: Kind) -> Iterator[Example]:
    """Examples from texts given on the command line; `pair` is the second text of each."""
    for number, text in enumerate(texts, 1):
        yield plain_example(text, str(number), kind, pair=pair)


def read_file(name: str, kind: Kind) -> Iterator[Example]:
    """Examples from a file, one at a time.

    CoNLL-U (for taggers), frames as `.conll` or JSONL (for models of intents and slots), TSV, CSV, JSONL (for
    classifiers), SQuAD's JSON and JSONL with choices (for questions, which are read from nothing else) are read as
    such, by their ending; anything else, and standard input (`-`), is one text a line, blank lines left out.

    Raises:
        FormatError: with file, line and what to do.
        DataError: questions in a file that is not JSON.
    """
    if kind in _NO_LINES and not name.lower().removesuffix(".gz").endswith(tuple(_READERS[kind])):
        what, remedy = _NO_LINES[kind]
        raise DataError(what, where=Location(name), remedy=remedy)
    if name == "-":
        yield from _lines(stream_lines(sys.stdin.buffer, Path(_STANDARD_INPUT)), _STANDARD_INPUT, kind)
        return
    path = Path(name)
    if not path.is_file():
        raise FormatError("there is no such file", where=Location(name), remedy="check the path")
    reader_name = _READERS[kind].get(Path(path.name.lower().removesuffix(".gz")).suffix)
    if reader_name is None:
        yield from _lines(open_lines(path), name, kind)
    else:
        yield from READERS.load(reader_name).value().read(path, ReaderOptions(), Counter())


def plain_example(text: str, identity: str, kind: Kind, *, pair: str | None = None) -> Example:
    """An example without labels; of a question `pair` is the context.

    For taggers, of slots too, the text is split into words: runs of letters and digits (with inner hyphens and
    apostrophes), every other sign alone. Scripts without spaces stay in runs as long as the
    text has them; give such text as CoNLL-U if word boundaries matter.

    Raises:
        DataError: a question without a context, or one that needs choices.

    >>> plain_example("It's half-done, no?", "1", "tokens").words
    ("It's", 'half-done', ',', 'no', '?')
    """
    if kind == "choice":
        what, remedy = _NO_LINES[kind]
        raise DataError(f"the text {text.strip()!r} has no choices: {what}", remedy=remedy)
    if kind == "span":
        if not pair or not pair.strip():
            raise DataError(f"the question {text.strip()!r} has no context to be answered from",
                            remedy="give the context as the second text: --pair (pair=...)")
        return QuestionExample(identity, text.strip(), pair)
    if kind == "sequence":
        return TextExample(identity, text.strip(), pair)
    words = tuple(_WORD.findall(text)) or (text,)
    return FrameExample(identity, words) if kind == "joint" else TokenExample(identity, words)


def _lines(lines: Iterator[tuple[int, str]], name: str, kind: Kind) -> Iterator[Example]:
    for number, line in lines:
        if line.strip():
            yield replace(plain_example(line, str(number), kind), location=Location(name, number))
