"""Parts of corpora: the first n examples, a seeded sample, what two corpora share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import compress

import numpy as np

from sprachbund.core.canonical import digest
from sprachbund.core.errors import DataError
from sprachbund.core.seeds import derive_seed
from sprachbund.data.examples import ChoiceExample, Corpus, Example, ExampleStream, QuestionExample, TextExample


def first(corpus: Corpus, n: int) -> Corpus:
    """The first `n` examples; the corpus itself if it has no more.

    Raises:
        DataError: `n` is below 1.
    """
    _check(n)
    if n >= len(corpus.examples):
        return corpus
    return replace(corpus, examples=corpus.examples[:n], fingerprint=digest([corpus.fingerprint, "first", n]))


def sample(corpus: Corpus, n: int, seed: int) -> Corpus:
    """A seeded sample of `n` examples, in the corpus's own order; the corpus itself if it has no more.

    Each position has a number of its own, a hash of it and the seed, and the `n` smallest are drawn: parallel
    corpora give parallel samples, a smaller sample is part of a larger one, and no library's generator
    can change the draw.

    Raises:
        DataError: `n` is below 1.
    """
    _check(n)
    if n >= len(corpus.examples):
        return corpus
    examples = tuple(corpus.examples[position] for position in _drawn(len(corpus.examples), n, seed))
    return replace(corpus, examples=examples, fingerprint=_fingerprint(corpus.fingerprint, n, seed))


def sample_stream(stream: ExampleStream, total: int, n: int, seed: int) -> ExampleStream:
    """The examples that `sample` would draw from a corpus, while it is read.

    Args:
        stream: not yet begun.
        total: how many examples it has; to know that, it has to be read once before.
        n: as in `sample`.
        seed: as in `sample`.

    Raises:
        DataError: `n` is below 1.
    """
    _check(n)
    if n >= total:
        return stream
    drawn = np.zeros(total, dtype=np.bool_)
    drawn[_drawn(total, n, seed)] = True
    return replace(stream, examples=compress(stream.examples, drawn),
                   fingerprint=_fingerprint(stream.fingerprint, n, seed))


def _drawn(total: int, n: int, seed: int) -> list[int]:
    """Positions from 0, ascending."""
    return sorted(nsmallest(n, range(total), key=lambda position: derive_seed(seed, "sample", position)))


def _fingerprint(whole: str, n: int, seed: int) -> str:
    return digest([whole, "sample", n, seed])


@dataclass(frozen=True, slots=True)
class Overlap:
    """Texts that stand in both of two corpora.

    Args:
        pairs: (identity in the first, identity in the second), one pair for each example of the second
            whose text the first has; labels are not compared.
        share: share of the second corpus's examples.
    """

    pairs: tuple[tuple[str, str], ...]
    share: float


def overlap(a: Corpus, b: Corpus) -> Overlap:
    """Examples of `b` whose words or texts are in `a` too, compared without case."""
    known: dict[tuple[str, ...], str] = {}
    for example in a.examples:
        known.setdefault(content(example), example.identity)
    pairs = tuple((known[key], example.identity) for example in b.examples if (key := content(example)) in known)
    return Overlap(pairs, len(pairs) / len(b.examples) if b.examples else 0.0)


def content(example: Example) -> tuple[str, ...]:
    """What makes two examples the same apart from labels: the words or texts, without case; of choices all of them."""
    if isinstance(example, QuestionExample):
        return example.question.casefold(), example.context.casefold()
    if isinstance(example, ChoiceExample):
        return tuple(text.casefold() for text in (example.context, example.question, *example.choices))
    if isinstance(example, TextExample):
        return example.text.casefold(), (example.text_pair or "").casefold()
    return tuple(word.casefold() for word in example.words)


def _check(n: int) -> None:
    if n < 1:
        raise DataError(f"a corpus of {n} examples was asked for", remedy="ask for at least 1")
