"""Learning from text without labels: other pieces are hidden in every step, the same ones whenever it is repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.batching.batch import Batch
from sprachbund.batching.masked_stream import MaskedStream
from sprachbund.batching.samplers import TokenBudgetSampler, beyond_budget
from sprachbund.core.canonical import Json, digest, plain
from sprachbund.core.errors import DataError
from sprachbund.core.seeds import derive_seed
from sprachbund.tokenization.masking import Masker
from sprachbund.tokenization.piece_text import PieceText
from sprachbund.tokenization.ragged import Integers
from sprachbund.training.config import BATCH_PIECES, TrainingConfig
from sprachbund.training.data import Batches, TrainingSet

_AT_ONCE = 1 << 22  # pieces looked at together


@dataclass(frozen=True)
class MaskedBatches(Batches):
    """Batches with hidden pieces; the rest is as in `Batches`.

    Args:
        stream: makes them.
        seed: of what is hidden, with the number of the step.
    """

    stream: MaskedStream
    seed: int

    def batch(self, chosen: Integers, step: int) -> Batch:
        """See `Batches.batch`."""
        random = np.random.Generator(np.random.PCG64(derive_seed(self.seed, step)))
        return self.stream.batch(self.windows[chosen], random)


@dataclass(frozen=True)
class MaskedText(TrainingSet):
    """Texts of which hidden pieces are learnt, those held out left aside.

    Args:
        texts: at least one, all from one tokenizer.
        masker: hides pieces.
        rows: ids of the output vocabulary; holds every piece of the texts.
    """

    texts: Sequence[PieceText]
    masker: Masker
    rows: Integers

    def batches(self, config: TrainingConfig, seed: int, *, pin: bool) -> MaskedBatches:
        """See `TrainingSet.batches`.

        Raises:
            DataError: everything is held out.
        """
        stream = MaskedStream(self.texts, self.masker, pin=pin)
        windows = stream.windows(held_out=False)
        if not len(windows):
            raise DataError("all of the text is held out, so that there is nothing to learn from",
                            remedy="give more text, or lower held_out")
        lengths = stream.lengths[windows]
        sampler = TokenBudgetSampler(
            lengths, config.budget(int(lengths.sum())), config.shuffle_window, derive_seed(seed, "order")
        )
        notes = tuple(filter(None, (beyond_budget(lengths, config.batch_pieces or BATCH_PIECES),)))
        return MaskedBatches(windows, sampler, notes, stream, derive_seed(seed, "masks"))

    def rows_in_use(self, n_rows: int) -> Integers:
        """The output vocabulary: under the softmax every row of it moves, and no piece outside of it occurs."""
        return self.rows

    def identity(self) -> dict[str, Json]:
        """The texts, how pieces are hidden, and among which they are looked for."""
        return {"texts": [[text.label, text.fingerprint, len(text.held_out)] for text in self.texts],
                "tokenizer": self.texts[0].tokenizer, "masking": plain(self.masker.config),
                "rows": digest(self.rows.tolist())}


def pieces_of(texts: Sequence[PieceText], special: NDArray[np.bool_], n_rows: int) -> Integers:
    """Ids that occur in some texts, held-out parts included, and all special pieces, ascending.

    Args:
        texts: at least one.
        special: (vocabulary,) special pieces.
        n_rows: rows of the embedding matrix.
    """
    used = np.zeros(n_rows, dtype=np.bool_)
    used[np.flatnonzero(special[:n_rows])] = True
    used[[text.pad_id for text in texts]] = True
    for text in texts:
        for first in range(0, len(text.piece_ids), _AT_ONCE):
            used[text.piece_ids[first : first + _AT_ONCE]] = True
    return np.flatnonzero(used)


def epochs_of(sampler: TokenBudgetSampler, steps: int) -> float:
    """The number of epochs, perhaps not whole, in which there are so many steps.

    Args:
        sampler: of the training.
        steps: at least 1.
    """
    epochs, left = 0, steps
    while left >= (size := sampler.steps(epochs + 1) - sampler.steps(epochs)):
        epochs, left = epochs + 1, left - size
    return epochs if left == 0 else epochs + (left - 0.5) / size  # rounded up by the sampler
