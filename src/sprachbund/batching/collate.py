"""Windows of encoded corpora to batches: a few numpy calls a batch, nothing for each piece."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.core.errors import DataError
from sprachbund.data.labels import IGNORED
from sprachbund.tokenization.chunks import WHOLE
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers, offsets_of, ragged_index


class WindowStream:
    """The windows of one or many corpora, numbered through, so that languages can share batches.

    Window and word numbers count over all corpora in order: window `w` of corpus `c` has the number
    `window_base[c] + w`, its words likewise. With one corpus they are the corpus's own.

    Args:
        corpora: at least one, all of one kind and from one tokenizer.
        labels: for each corpus its (words,) label ids, or None for batches without labels.
        pin: put tensors into page-locked memory, from which a GPU copies while it computes.

    Raises:
        DataError: the corpora come from different tokenizers or tasks.
    """

    def __init__(
        self, corpora: Sequence[EncodedCorpus], labels: Sequence[Integers] | None = None, *, pin: bool = False
    ) -> None:
        _check_alike(corpora)
        self.corpora = corpora
        self.labels = None if labels is None else np.concatenate(labels)
        self.pin = pin
        self.window_base = offsets_of(np.array([corpus.n_windows for corpus in corpora]))
        self.word_base = offsets_of(np.array([corpus.n_words for corpus in corpora]))
        self.lengths = np.concatenate([corpus.window_lengths for corpus in corpora])
        self._choices = corpora[0].kind == "choice"
        self._typed = any(corpus.type_ids is not None for corpus in corpora)

    def batch(self, windows: Integers) -> Batch:
        """Pad some windows into one batch.

        Rows of one corpus are put beside each other, otherwise the order given is kept.
        """
        owners = np.searchsorted(self.window_base, windows, side="right") - 1
        by_corpus = np.argsort(owners, kind="stable")
        windows, owners = windows[by_corpus], owners[by_corpus]
        lengths = self.lengths[windows]
        mask = np.arange(int(lengths.max())) < lengths[:, None]
        piece_ids = np.full(mask.shape, self.corpora[0].pad_id, dtype=np.int64)
        type_ids = np.zeros(mask.shape, dtype=np.int64) if self._typed else None
        positions, words = [], []
        for corpus in np.unique(owners).tolist():
            rows = slice(*np.searchsorted(owners, (corpus, corpus + 1)).tolist())
            local = windows[rows] - self.window_base[corpus]
            self._fill(corpus, local, piece_ids[rows], None if type_ids is None else type_ids[rows], mask[rows])
            at, read = _reads(self.corpora[corpus], local, rows.start, mask.shape[1])
            positions.append(at)
            words.append(read + self.word_base[corpus])
        joined_words = self.texts(windows) if self._choices else np.concatenate(words)
        return Batch(
            piece_ids=self._tensor(piece_ids),
            mask=self._tensor(mask),
            type_ids=None if type_ids is None else self._tensor(type_ids),
            word_positions=self._tensor(np.concatenate(positions)),
            labels=self._labels(windows, owners, joined_words),
            windows=torch.from_numpy(windows),
            words=torch.from_numpy(joined_words),
        )

    def texts(self, windows: Integers) -> Integers:
        """For sequence tasks and choices the number of the text (as a word number) that each window belongs to."""
        owners = np.searchsorted(self.window_base, windows, side="right") - 1
        texts = np.empty(len(windows), dtype=np.int64)
        for corpus in np.unique(owners).tolist():
            rows = owners == corpus
            local = windows[rows] - self.window_base[corpus]
            texts[rows] = self.corpora[corpus].window_examples[local] + self.word_base[corpus]
        return texts

    @cached_property
    def _places(self) -> Integers:
        """Of choices, (windows,) the index of each among those of its example."""
        counts = np.concatenate([corpus.choice_counts for corpus in self.corpora])
        return ragged_index(np.zeros(len(counts), dtype=np.int64), counts)

    def _fill(
        self,
        number: int,
        local: Integers,
        piece_ids: NDArray[np.int64],
        type_ids: NDArray[np.int64] | None,
        mask: NDArray[np.bool_],
    ) -> None:
        """Write the pieces of a corpus's windows into their rows (views into the batch)."""
        corpus = self.corpora[number]
        starts = corpus.window_offsets[local]
        source = ragged_index(starts, corpus.window_offsets[local + 1] - starts)
        piece_ids[mask] = corpus.piece_ids[source]
        if type_ids is not None and corpus.type_ids is not None:
            type_ids[mask] = corpus.type_ids[source]

    def _labels(self, windows: Integers, owners: Integers, words: Integers) -> Tensor | None:
        if self.labels is None:
            return None
        if self._choices:
            right = self.labels[words]
            return self._tensor(np.where(right == IGNORED, IGNORED, right == self._places[windows]))
        return self._tensor(self.labels[self.texts(windows) if self.corpora[0].kind == "sequence" else words])

    def _tensor(self, array: NDArray[np.generic]) -> Tensor:
        tensor = torch.from_numpy(array)
        return tensor.pin_memory() if self.pin else tensor


def _reads(corpus: EncodedCorpus, local: Integers, first_row: int, positions: int) -> tuple[Integers, Integers]:
    """Flat positions in the batch, and word numbers, of every word that is read in some windows."""
    starts = corpus.read_offsets[local]
    counts = corpus.read_offsets[local + 1] - starts
    source = ragged_index(starts, counts)
    rows = np.repeat(np.arange(first_row, first_row + len(local)), counts)
    inside = corpus.read_positions[source]
    at = rows * positions + inside
    return np.where(inside == WHOLE, -1 - rows, at) if corpus.kind == "joint" else at, corpus.read_words[source]


def _check_alike(corpora: Sequence[EncodedCorpus]) -> None:
    if not corpora:
        raise DataError("there is no corpus to read", remedy="give at least one")
    first = corpora[0]
    for corpus in corpora[1:]:
        for name, what in (("tokenizer", "was tokenised by another tokenizer"), ("kind", "is of another kind of task")):
            if getattr(corpus, name) != getattr(first, name):
                raise DataError(
                    f"{corpus.data_set} {corpus.language} {corpus.split} {what} than "
                    f"{first.data_set} {first.language} {first.split}",
                    remedy="encode all corpora for the same model",
                )
