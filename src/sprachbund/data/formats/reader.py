"""The reader interface and the table of readers.

A reader is named after a format, never after a data set. It turns the lines of one file into
examples, one at a time, and raises FormatError with file, line and remedy at the first line
that breaks the format. Bytes are opened by `sprachbund.data.formats.lines`, which undoes gzip
and reports NUL and invalid UTF-8 with line and byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from pydantic import field_validator

from sprachbund.core.config import Config
from sprachbund.core.registry import Registry
from sprachbund.data.examples import Example


class ReaderOptions(Config):
    """Options every format understands; a reader that has no use for one ignores it."""

    text_column: str | None = None
    """Column with the first text, or with the word in token columns: a name, or a number from 1;
    None: the usual names (text, sentence, sentence1, premise, ...), the first column of token columns."""
    pair_column: str | None = None
    """Column with the second text; None: the usual names (sentence2, hypothesis, ...) where present."""
    label_column: str | None = None
    """Column with the label: a name or a number from 1, for CoNLL-U a name or `misc:Key`, `feats:Key`;
    None: the usual names (label, upos for CoNLL-U, the last column of token columns)."""
    multiword: Literal["xtreme", "words", "tokens"] = "xtreme"
    """CoNLL-U multiword tokens: "xtreme" takes the surface token with the tag of its head, as XTREME's
    preprocessing does; "words" the syntactic words; "tokens" the surface token with the tag of its first word
    (see formats/conllu.py)."""
    blanks_in_words: Literal["keep", "remove"] = "keep"
    """CoNLL-U words with a blank inside ("có thể"): "remove" takes out blanks and zero-width non-joiners, as
    XTREME's preprocessing does."""
    empty_tokens: Literal["fail", "drop"] = "fail"
    """Token columns with lines that have a label and no token: refuse the file, or drop such lines with a count."""
    spans: Literal["keep", "repair", "strict"] = "keep"
    """Span labels (BIO, BIOES) that go on where nothing has begun: keep them as they are (metrics read them as
    conlleval does), write them as beginnings with a count (`repaired_tags`), or refuse the file."""
    language: str | None = None
    """Language code of the file, filled in by the data source; "xtreme" ranks tags by it in es, fr and it."""

    @field_validator("text_column", "pair_column", "label_column", mode="before")
    @classmethod
    def _number_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Reader(Protocol):
    """A file format."""

    name: ClassVar[str]
    version: ClassVar[int]
    extensions: ClassVar[tuple[str, ...]]
    """File name endings without a trailing `.gz`, with the dot (".conllu",)."""

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[Example]:
        """Yield the examples of a file in order.

        Args:
            path: the file; `.gz` is read as it stands.
            options: columns and rules.
            notes: counts of what the reader did (multiword tokens, blanked labels), added to.

        Raises:
            FormatError: with file, line and what to do.
        """
        ...


READERS = Registry(
    "file format",
    "sprachbund.readers",
    {
        "conllu": "sprachbund.data.formats.conllu:ConlluReader",
        "token_columns": "sprachbund.data.formats.token_columns:TokenColumnsReader",
        "tsv": "sprachbund.data.formats.tables:TsvReader",
        "quoted_tsv": "sprachbund.data.formats.tables:QuotedTsvReader",
        "csv": "sprachbund.data.formats.tables:CsvReader",
        "jsonl": "sprachbund.data.formats.tables:JsonLinesReader",
        "squad": "sprachbund.data.formats.squad:SquadReader",
        "frame_columns": "sprachbund.data.formats.frames:FrameColumnsReader",
        "frame_jsonl": "sprachbund.data.formats.frames:FrameJsonReader",
        "frame_texts": "sprachbund.data.formats.frames:FrameTextsReader",
        "frame_words": "sprachbund.data.formats.frames:FrameWordsReader",
        "choices": "sprachbund.data.formats.choices:ChoicesReader",
    },
)
