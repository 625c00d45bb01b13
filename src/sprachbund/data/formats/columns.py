"""Which column of a table holds the text, the second text, the label and the id.

1. Columns that the options name by a number from 1 are taken as they are; by a name, the first row must
   be a header that has it.
2. Otherwise the first row is a header if a cell of it is a usual name of a text column and, in tables of
   more than one column, another cell is a usual name too. Names are compared without case.
   A usual name that says it is the first of a pair (`sentence1`, `premise`) asks for a second one.
3. A table without a header is read by position: text; text and label; text, second text and label.
   Wider tables need rule 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.core.errors import FormatError, near_matches
from sprachbund.core.source import Location
from sprachbund.data.formats.reader import ReaderOptions

TEXT_NAMES = ("text", "sentence", "sentence1", "text1", "premise", "question1", "utterance", "query", "question",
              "content", "review", "tweet", "#1 string")
"""Usual names of the column with the first text, the likeliest first."""
PAIR_NAMES = ("text_pair", "sentence2", "text2", "hypothesis", "question2", "#2 string", "passage", "context")
"""Usual names of the column with the second text."""
FIRST_OF_PAIR = {"sentence1": "sentence2", "text1": "text2", "premise": "hypothesis", "question1": "question2",
                 "#1 string": "#2 string"}
"""Names of a first text that never stand alone -> the name of the second."""
LABEL_NAMES = ("label", "labels", "gold_label", "intent", "class", "category", "quality", "sentiment", "answer")
"""Usual names of the column with the label."""
IDENTITY_NAMES = ("id", "idx", "guid", "uid", "pairid", "pair_id", "index")
"""Usual names of the column with the example's own id."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions from 0 of what is read from a row; None where a table lacks it.

    Args:
        names: names of the columns in the order that the positions mean.
        header: whether the first row is a header.
    """

    names: tuple[str, ...]
    header: bool
    text: int
    pair: int | None
    label: int | None
    identity: int | None


def find_columns(row: Sequence[str], options: ReaderOptions, where: Location) -> Columns:
    """Find the columns from the first row.

    Raises:
        FormatError: a column that the options name is not there, or the rules of this module do not say
            which columns hold what.
    """
    names = tuple(cell.strip() for cell in row)
    given = (options.text_column, options.pair_column, options.label_column)
    if any(name is not None and not _is_number(name) for name in given) or is_header(names):
        return named_columns(names, options, where, header=True)
    if options.text_column is not None or options.pair_column is not None or options.label_column is not None:
        return _numbered(len(row), options, where)
    if len(row) > 3:
        raise FormatError(f"the table has {len(row)} columns and no header that tells them apart", where=where,
                          remedy="name the columns: text_column, pair_column, label_column (numbers from 1, or names "
                                 "of a header)")
    positions: dict[int, tuple[int | None, int | None]] = {1: (None, None), 2: (None, 1), 3: (1, 2)}
    pair, label = positions[len(row)]
    return Columns(_anonymous(len(row)), False, 0, pair, label, None)


def named_columns(
    names: Sequence[str], options: ReaderOptions, where: Location, *, header: bool = False
) -> Columns:
    """Find the columns by name.

    Args:
        names: names of all columns.
        options: names or numbers that the user gave.
        where: the row with the names.
        header: whether that row is a header (JSON lines have names in every row).

    Raises:
        FormatError: a named column is not there, no column has a usual name of a text, or the second of a pair
            is missing.
    """
    text = _find(options.text_column, TEXT_NAMES, names, where)
    if text is None:
        raise FormatError(f"none of the columns {', '.join(names) or '(none)'} has a usual name of a text", where=where,
                          remedy="name the column with the text: text_column (and pair_column, label_column)")
    pair = _find(options.pair_column, PAIR_NAMES, names, where)
    second = FIRST_OF_PAIR.get(names[text].casefold())
    if second is not None and pair is None and options.text_column is None:
        raise FormatError(f"the column {names[text]!r} is the first of a pair, and there is no column {second!r}",
                          where=where, remedy=f"add the column; or, for single texts, say text_column: {names[text]}")
    label = _find(options.label_column, LABEL_NAMES, names, where)
    identity = _find(None, IDENTITY_NAMES, names, where)
    return Columns(tuple(names), header, text, None if pair == text else pair, label, identity)


def is_header(names: Sequence[str]) -> bool:
    """Whether a row reads like a header (rule 2)."""
    folded = {name.casefold() for name in names}
    known = folded & {*TEXT_NAMES, *PAIR_NAMES, *LABEL_NAMES, *IDENTITY_NAMES}
    return bool(folded & set(TEXT_NAMES)) and len(known) >= min(2, len(names))


def _find(given: str | None, usual: Sequence[str], names: Sequence[str], where: Location) -> int | None:
    folded = [name.casefold() for name in names]
    if given is None:
        return next((folded.index(name) for name in usual if name in folded), None)
    if given.casefold() in folded:
        return folded.index(given.casefold())
    if _is_number(given):
        return _checked(given, len(names), where)
    near = near_matches(given, names)
    hint = f"did you mean {near[0]}? " if near else ""
    raise FormatError(f"there is no column {given!r}", where=where, remedy=f"{hint}columns: {', '.join(names)}")


def _numbered(width: int, options: ReaderOptions, where: Location) -> Columns:
    text = 0 if options.text_column is None else _checked(options.text_column, width, where)
    pair = None if options.pair_column is None else _checked(options.pair_column, width, where)
    label = None if options.label_column is None else _checked(options.label_column, width, where)
    return Columns(_anonymous(width), False, text, pair, label, None)


def _checked(number: str, width: int, where: Location) -> int:
    if not 1 <= int(number) <= width:
        raise FormatError(f"there is no column {number}: the table has {width}", where=where,
                          remedy=f"give a number from 1 to {width}")
    return int(number) - 1


def _is_number(name: str) -> bool:
    return re.fullmatch("[0-9]{1,6}", name) is not None


def _anonymous(width: int) -> tuple[str, ...]:
    return tuple(f"column {number}" for number in range(1, width + 1))
