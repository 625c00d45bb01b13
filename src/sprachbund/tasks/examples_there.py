"""That there is something to learn or score, checked while examples pass by; the same for every task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sprachbund.core.errors import DataError
from sprachbund.data.examples import Example


def at_least_one(examples: Iterable[Example], what: str) -> Iterator[Example]:
    """Yield the examples as they are.

    Args:
        examples: of a corpus.
        what: what one of them is called ("sentence").

    Raises:
        DataError: at the end, if there was not one.
    """
    empty = True
    for example in examples:
        empty = False
        yield example
    if empty:
        raise DataError(f"there is not one {what}", remedy="check the file")
