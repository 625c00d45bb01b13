"""One token a line with its tag in another column, a blank line between sentences.

`token<TAB>tag` as in WikiANN, CoNLL-2003's four columns separated by blanks, xSID's
`index<TAB>token<TAB>intent<TAB>slot`: whatever the first token line shows holds for the whole file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from sprachbund.core.errors import FormatError, near_matches
from sprachbund.core.source import Location
from sprachbund.data.examples import TokenExample
from sprachbund.data.formats.identities import Identities
from sprachbund.data.formats.lines import open_lines
from sprachbund.data.formats.reader import ReaderOptions

_COMMENT = re.compile(r"#\s*(?P<key>[\w.-]+)\s*[:=]\s*(?P<value>.*\S)?\s*")
_IDENTITY_KEYS = ("sent_id", "id")
_NAMES_KEY = "global.columns"
_DOCUMENT_MARK = "-DOCSTART-"
_BLANKS = re.compile("[ \t]+")


@dataclass(frozen=True, slots=True)
class _Layout:
    """How token lines of a file are cut; positions from 0, `label` None where there is no label."""

    tabs: bool
    width: int
    word: int
    label: int | None
    line: int


@dataclass(slots=True)
class _Block:
    """The lines of one sentence so far."""

    line: int
    comments: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    @property
    def identity(self) -> str | None:
        """The last id that a comment gives."""
        return next((value for key, value in reversed(self.comments.items()) if key in _IDENTITY_KEYS), None)


class TokenColumnsReader:
    """Sentences with one token a line.

    - Columns are separated by tabs if the first token line has one, else by blanks.
    - The token is in the first column and its label in the last; `text_column` and `label_column` say
      otherwise, by number from 1, or by name if the file has a `# global.columns = ...` line.
      A file of one column has no labels.
    - A line that begins with `#` before the first token of a sentence is a comment if it reads
      `# key = value` or `# key: value`, or does not have the columns of a token line; `sent_id` and
      `id` give the sentence its identity. `-DOCSTART-` lines are left out and counted (`document_marks`).
    - A line without a token is a fault, or dropped and counted (`empty_tokens`) with `empty_tokens: drop`; a
      sentence that has nothing else goes with it.
    """

    name: ClassVar[str] = "token_columns"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = (".tsv", ".conll", ".bio", ".iob", ".iob2", ".ner", ".txt")

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TokenExample]:
        """Yield the sentences in order.

        Raises:
            FormatError: a line with more or fewer columns than the first, an empty token or label, a
                column that is not there, no sentence at all.
        """
        for example, _ in commented_sentences(path, options, notes):
            yield example


def commented_sentences(
    path: Path, options: ReaderOptions, notes: Counter[str], *, numbered: bool = False
) -> Iterator[tuple[TokenExample, Mapping[str, str]]]:
    """Yield the sentences in order, each with its comments: key in lower case -> value.

    Args:
        path, options, notes: as in `Reader.read`.
        numbered: of four columns or more, of which the first begins with 1, the second holds the words if the
            options do not say otherwise.

    Raises:
        FormatError: as `TokenColumnsReader.read`.
    """
    identities, names = Identities(notes), list[str]()
    layout: _Layout | None = None
    block: _Block | None = None
    found = False
    for number, text in open_lines(path, notes):
        if not text.strip(" \t"):
            if block is not None and block.words:
                found = True
                yield _example(block, layout, path, identities), block.comments
            block = None
            continue
        block = block or _Block(number)
        if text[0] == "#" and not block.words and _is_comment(text, layout):
            _take_comment(text, block, names)
            continue
        if text.startswith(_DOCUMENT_MARK):
            notes["document_marks"] += 1
            continue
        if layout is None:
            layout = _layout(text, _past_numbers(text, options) if numbered else options, names, path, number)
        if not _take_token(text, layout, block, path, number, drop=options.empty_tokens == "drop"):
            notes["empty_tokens"] += 1
    if block is not None and block.words:
        found = True
        yield _example(block, layout, path, identities), block.comments
    if not found:
        raise FormatError("the file holds no sentence", where=Location(str(path)),
                          remedy="check that it was written or copied whole")


def _past_numbers(text: str, options: ReaderOptions) -> ReaderOptions:
    """The options with the second column for the words, if the first counts them."""
    columns = _cut(text, "\t" in text)
    if options.text_column is not None or len(columns) < 4 or columns[0] != "1":
        return options
    return options.model_copy(update={"text_column": "2"})


def _example(block: _Block, layout: _Layout | None, path: Path, identities: Identities) -> TokenExample:
    if layout is not None and layout.width > 2 and layout.word == 0 and len(block.words) > 2 and _counts(block.words):
        raise FormatError("the first column counts 1, 2, 3: it holds no words", where=Location(str(path), block.line),
                          remedy="say which column does, for example text_column: 2")
    labels = tuple(block.labels) if layout is not None and layout.label is not None else None
    return TokenExample(identities.next(block.identity), tuple(block.words), labels, Location(str(path), block.line))


def _counts(words: Sequence[str]) -> bool:
    return all(word == str(number) for number, word in enumerate(words, 1))


def _cut(text: str, tabs: bool) -> list[str]:
    return text.split("\t") if tabs else _BLANKS.split(text.strip(" \t"))


def _is_comment(text: str, layout: _Layout | None) -> bool:
    if text.startswith("# ") and _COMMENT.fullmatch(text):
        return True
    if layout is not None:
        return len(_cut(text, layout.tabs)) != layout.width
    return text != "#" and "\t" not in text and len(_cut(text, tabs=False)) != 2


def _take_comment(text: str, block: _Block, names: list[str]) -> None:
    match = _COMMENT.fullmatch(text)
    if match is None:
        return
    key, value = match["key"].lower(), match["value"] or ""
    block.comments.pop(key, None)  # the last one stands last
    block.comments[key] = value
    if key == _NAMES_KEY:
        names[:] = value.split()


def _layout(text: str, options: ReaderOptions, names: Sequence[str], path: Path, number: int) -> _Layout:
    tabs = "\t" in text
    width = len(_cut(text, tabs))
    where = Location(str(path), number)
    word = 0 if options.text_column is None else _position(options.text_column, width, names, where)
    label: int | None = width - 1 if width > 1 else None
    if options.label_column is not None:
        label = _position(options.label_column, width, names, where)
    if label == word:
        raise FormatError(f"column {word + 1} cannot hold both the words and their labels", where=where,
                          remedy="give text_column and label_column")
    return _Layout(tabs, width, word, label, number)


def _position(column: str, width: int, names: Sequence[str], where: Location) -> int:
    """The position from 0 of a column given by number from 1 or by name."""
    folded = [name.casefold() for name in names]
    if column.casefold() in folded:
        position = folded.index(column.casefold())
    elif re.fullmatch("[0-9]{1,6}", column):
        position = int(column) - 1
    else:
        near = near_matches(column, names)
        hint = f"did you mean {near[0]}? " if near else ""
        known = f"names: {', '.join(names)}" if names else f"the columns have no names: give a number from 1 to {width}"
        raise FormatError(f"there is no column {column!r}", where=where, remedy=hint + known)
    if not 0 <= position < width:
        raise FormatError(f"there is no column {column}: the line has {width}", where=where,
                          remedy=f"give a number from 1 to {width}")
    return position


def _take_token(text: str, layout: _Layout, block: _Block, path: Path, number: int, *, drop: bool) -> bool:
    """Take the token of a line; False if it is empty and dropped."""
    columns = _cut(text, layout.tabs)
    if len(columns) != layout.width:
        kind = "tabs" if layout.tabs else "blanks"
        remedy = "mend the line: a token or its label is missing, or there is one separator too many"
        if layout.tabs and len(_cut(text, tabs=False)) == layout.width:
            remedy = "this line has blanks between its columns: use tabs throughout"
        raise FormatError(f"expected {layout.width} columns separated by {kind}, as in line {layout.line}, "
                          f"found {len(columns)}", where=Location(str(path), number),
                          remedy=remedy)
    word = columns[layout.word]
    if not word or word.isspace():
        if drop:
            return False
        raise FormatError("the token is empty", where=Location(str(path), number),
                          remedy="write the token, take the line out, or drop such lines with empty_tokens: drop")
    block.words.append(word)
    if layout.label is not None:
        label = columns[layout.label].strip(" ")
        if not label:
            raise FormatError(f"the token {word!r} has no label", where=Location(str(path), number),
                              remedy="fill in the label (O outside of spans)")
        block.labels.append(label)
    return True
