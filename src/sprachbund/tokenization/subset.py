"""Some examples of an encoded corpus, evenly spread or chosen, as a corpus of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import DataError
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers, offsets_of, ragged_index
from sprachbund.tokenization.texts import Texts


def spread(corpus: EncodedCorpus, count: int) -> EncodedCorpus:
    """At most `count` examples, at even distances from the first on; the corpus itself if it has no more.

    Corpora are ordered by source and genre, so the first examples alone would be of one kind. Fingerprint
    and notes stay those of the whole corpus.

    Args:
        corpus: any encoded corpus.
        count: at least 1.
    """
    if corpus.n_examples <= count:
        return corpus
    return only(corpus, np.arange(count, dtype=np.int64) * corpus.n_examples // count)


def only(corpus: EncodedCorpus, chosen: Integers) -> EncodedCorpus:
    """Some examples; fingerprint and notes stay those of the whole corpus.

    Args:
        corpus: any encoded corpus.
        chosen: numbers of the examples, ascending, each once.

    Raises:
        DataError: questions, whose contexts and answers this does not cut.
    """
    if corpus.kind == "span":
        raise DataError(f"{corpus.data_set} {corpus.language} {corpus.split} holds questions, of which no part can "
                        "be taken here", remedy="give a corpus of words or texts")
    windows = np.flatnonzero(np.isin(corpus.window_examples, chosen))
    words = _rows(corpus.word_offsets, chosen)
    reads = _rows(corpus.read_offsets, windows)
    identities = Texts.of([corpus.identities[number] for number in chosen.tolist()])
    return replace(
        corpus,
        identity_bytes=identities.utf8,
        identity_offsets=identities.offsets,
        piece_ids=corpus.piece_ids[pieces := _rows(corpus.window_offsets, windows)],
        type_ids=None if corpus.type_ids is None else corpus.type_ids[pieces],
        window_offsets=offsets_of(corpus.window_lengths[windows]),
        window_examples=np.searchsorted(chosen, corpus.window_examples[windows]),
        read_offsets=offsets_of(np.diff(corpus.read_offsets)[windows]),
        read_positions=corpus.read_positions[reads],
        read_words=np.searchsorted(words, corpus.read_words[reads]),
        word_offsets=offsets_of(np.diff(corpus.word_offsets)[chosen]),
        gold_ids=corpus.gold_ids[words],
        windowed=corpus.windowed[chosen],
        unpredicted=corpus.unpredicted[chosen],
    )


def _rows(offsets: Integers, rows: NDArray[np.int64]) -> Integers:
    """Indices of everything that belongs to some rows of a ragged array."""
    return ragged_index(offsets[rows], np.diff(offsets)[rows])
