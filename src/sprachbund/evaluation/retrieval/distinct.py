"""Texts that are the same pieces, found once: an English sentence stands beside many languages and is encoded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers
from sprachbund.tokenization.subset import only


@dataclass(frozen=True)
class DistinctTexts:
    """The distinct texts of some corpora.

    Args:
        corpora: with every distinct text once, where it is met first; corpora without a new text are left out.
        numbers: for each corpus that was given (texts,) the number of each of its texts among the distinct ones,
            counted over `corpora`.
    """

    corpora: tuple[EncodedCorpus, ...]
    numbers: tuple[Integers, ...]

    @property
    def count(self) -> int:
        """How many distinct texts there are."""
        return sum(corpus.n_examples for corpus in self.corpora)

    @property
    def pieces(self) -> int:
        """Pieces of the distinct texts, special ones included."""
        return sum(int(corpus.window_offsets[-1]) for corpus in self.corpora)


def distinct(corpora: Sequence[EncodedCorpus]) -> DistinctTexts:
    """Find the texts that have the same pieces (and segments), and so the same states.

    Args:
        corpora: of texts (kind "sequence"), one window a text, from one tokenizer.
    """
    known: dict[tuple[bytes, bytes], int] = {}
    kept, numbers = [], []
    for corpus in corpora:
        own, new = [], []
        for example, key in enumerate(_keys(corpus)):
            if key not in known:
                known[key] = len(known)
                new.append(example)
            own.append(known[key])
        numbers.append(np.array(own, dtype=np.int64))
        if new:
            kept.append(only(corpus, np.array(new, dtype=np.int64)))
    return DistinctTexts(tuple(kept), tuple(numbers))


def _keys(corpus: EncodedCorpus) -> list[tuple[bytes, bytes]]:
    """The pieces of each window, and their segments where there are two texts, as bytes."""
    pieces, offsets = np.asarray(corpus.piece_ids), corpus.window_offsets.tolist()
    types = np.zeros(0, dtype=np.uint8) if corpus.type_ids is None else np.asarray(corpus.type_ids)
    return [(pieces[start:stop].tobytes(), types[start:stop].tobytes().rstrip(b"\0"))
            for start, stop in pairwise(offsets)]
