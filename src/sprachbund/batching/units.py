"""What stands in a batch of training as a whole: a window, or all windows of an example with choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers, offsets_of, ragged_index


@dataclass(frozen=True, slots=True)
class Units:
    """The units of some corpora, numbered through as the windows of `WindowStream` are.

    Args:
        firsts: (units,) the first window of each.
        counts: (units,) how many windows it has, which follow one another.
        base: (corpora + 1,) where each corpus's units begin.
        lengths: (units,) padded pieces that each takes in a batch. Where examples differ in the number of their
            choices, as many as if each had the largest number: so no batch goes beyond its budget.
    """

    firsts: Integers
    counts: Integers
    base: Integers
    lengths: Integers

    def windows(self, units: Integers) -> Integers:
        """The windows of some units, in order."""
        return ragged_index(self.firsts[units], self.counts[units])


def units_of(corpora: Sequence[EncodedCorpus]) -> Units:
    """The units of corpora of one kind: examples of choices, windows of anything else."""
    lengths = np.concatenate([corpus.window_lengths for corpus in corpora])
    if corpora[0].kind != "choice":
        base = offsets_of(np.array([corpus.n_windows for corpus in corpora]))
        return Units(np.arange(len(lengths)), np.ones(len(lengths), dtype=np.int64), base, lengths)
    counts = np.concatenate([corpus.choice_counts for corpus in corpora])
    firsts = offsets_of(counts)[:-1]
    base = offsets_of(np.array([corpus.n_examples for corpus in corpora]))
    return Units(firsts, counts, base, np.maximum.reduceat(lengths, firsts) * counts.max())
