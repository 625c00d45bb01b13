"""Span labels that go on where nothing has begun: `I-PER` after `O`, repaired with a count or refused.

The rule is conlleval's (Tjong Kim Sang and Buchholz, CoNLL-2000): a span is open after B or I, until O, an E or S,
a label of another type, or the end of the sentence. BILOU's L and U are read as E and S.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import Example, TokenExample

_OPENS = {"I": "B", "E": "S", "L": "U"}
"""Prefix that needs an open span -> the prefix that needs none."""
REPAIRED = "repaired_tags"


def mend_spans(examples: Iterable[Example], notes: Counter[str], *, strict: bool) -> Iterator[Example]:
    """Yield sentences whose span labels are all begun; other examples, and other labels, as they are.

    Args:
        examples: as a reader gives them.
        notes: `repaired_tags` counts the labels that were written as beginnings.
        strict: refuse such a label instead.

    Raises:
        FormatError: with `strict`, at the sentence, with word and label.
    """
    for example in examples:
        if not isinstance(example, TokenExample) or example.labels is None:
            yield example
            continue
        wrong = unopened(example.labels)
        if wrong and strict:
            at = wrong[0]
            raise FormatError(
                f"word {at + 1}, {example.words[at]!r}, has the label {example.labels[at]}, and no span of its type "
                "is open", where=example.location,
                remedy="mend the labels, or have them written as beginnings, with a count: reader: {spans: repair}")
        if wrong:
            notes[REPAIRED] += len(wrong)
            labels = list(example.labels)
            for at in wrong:
                labels[at] = _OPENS[labels[at][0]] + labels[at][1:]
            example = replace(example, labels=tuple(labels))
        yield example


def unopened(labels: Sequence[str]) -> list[int]:
    """Positions of labels that go on with a span which nothing has begun.

    >>> unopened(["I-PER", "I-PER", "O", "B-LOC", "I-ORG", "E-ORG", "E-ORG"])
    [0, 4, 6]
    """
    found = []
    open_type: str | None = None
    for position, label in enumerate(labels):
        prefix, dash, kind = label.partition("-")
        if not dash or prefix not in "BIESLU":
            open_type = None
            continue
        if prefix in _OPENS and kind != open_type:
            found.append(position)
        open_type = kind if prefix in "BI" else None
    return found
