"""Windows of running text to batches in which some pieces are hidden and have to be found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.tokenization.masking import Masker
from sprachbund.tokenization.piece_text import PieceText
from sprachbund.tokenization.ragged import Integers, offsets_of, ragged_index


class MaskedStream:
    """The windows of one or many texts, numbered through.

    Args:
        texts: at least one, all from one tokenizer.
        masker: of that tokenizer.
        pin: put tensors into page-locked memory, from which a GPU copies while it computes.

    Attributes:
        window_base: (texts + 1,) the number of each text's first window.
        lengths: (windows,) pieces of each.
    """

    def __init__(self, texts: Sequence[PieceText], masker: Masker, *, pin: bool = False) -> None:
        self.texts, self.masker, self.pin = texts, masker, pin
        self.lengths = np.concatenate([text.window_lengths for text in texts])
        self.window_base = offsets_of(np.array([len(text.held_out) for text in texts]))

    def windows(self, *, held_out: bool) -> Integers:
        """Numbers of the windows that are held out, or of the others."""
        return np.concatenate([text.windows(held_out=held_out) + base
                               for text, base in zip(self.texts, self.window_base.tolist(), strict=False)])

    def batch(self, windows: Integers, random: np.random.Generator) -> Batch:
        """Hide pieces of some windows and pad them into one batch.

        Returns:
            A batch whose `word_positions` are those of the pieces to be found and whose `labels` are their ids.
        """
        ids, spaced = self.pieces(windows)
        lengths = self.lengths[windows]
        edges = np.zeros(len(ids), dtype=np.bool_)
        edges[offsets_of(lengths)[:-1]] = True
        chosen = self.masker.choose(ids, edges, np.repeat(spaced, lengths), random)
        return self.padded(self.masker.hide(ids, chosen, random), lengths, windows, chosen, ids[chosen])

    def pieces(self, windows: Integers) -> tuple[Integers, NDArray[np.bool_]]:
        """The pieces of some windows, one after another, and for each window whether its words are told by spaces."""
        owners = np.searchsorted(self.window_base, windows, side="right") - 1
        lengths = self.lengths[windows]
        places = offsets_of(lengths)[:-1]
        ids = np.empty(int(lengths.sum()), dtype=np.int64)
        for owner in np.unique(owners).tolist():
            own, text = np.flatnonzero(owners == owner), self.texts[owner]
            starts = text.window_offsets[windows[own] - self.window_base[owner]]
            ids[ragged_index(places[own], lengths[own])] = text.piece_ids[ragged_index(starts, lengths[own])]
        return ids, np.array([text.spaced for text in self.texts])[owners]

    def padded(
        self, ids: Integers, lengths: Integers, windows: Integers, chosen: Integers, labels: Integers
    ) -> Batch:
        """Pad rows that lie one after another.

        Args:
            ids: (pieces,) what is shown.
            lengths: (rows,) of each row.
            windows: (rows,) the window that each is made of.
            chosen: positions among the pieces that have to be found.
            labels: what stands there.
        """
        mask = np.arange(int(lengths.max())) < lengths[:, None]
        piece_ids = np.full(mask.shape, self.texts[0].pad_id, dtype=np.int64)
        piece_ids[mask] = ids
        return Batch(
            piece_ids=self._tensor(piece_ids),
            mask=self._tensor(mask),
            type_ids=None,
            word_positions=self._tensor(np.flatnonzero(mask)[chosen]),
            labels=self._tensor(labels),
            windows=torch.from_numpy(windows),
            words=torch.from_numpy(chosen),
        )

    def _tensor(self, array: NDArray[np.generic]) -> Tensor:
        tensor = torch.from_numpy(array)
        return tensor.pin_memory() if self.pin else tensor
