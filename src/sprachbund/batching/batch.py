"""Names and shapes of every tensor that travels from the corpus to the model, stated once.

Axis names, used in every signature of the project: batch (B), positions (T, word pieces of the
padded batch), width (E), words (W, words of the whole batch that are read out), labels (L).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from jaxtyping import Bool, Int
from torch import Tensor, device


@dataclass(frozen=True, slots=True)
class Batch:
    """One padded batch of windows.

    Args:
        piece_ids: (batch, positions) vocabulary ids; the pad id where the mask is False.
        mask: (batch, positions) True at real pieces.
        type_ids: (batch, positions) segment ids, or None where the encoder has no use for them.
        word_positions: (words,) for token tasks the flat index `row * positions + position` of the piece
            that stands for each word; empty for sequence tasks. For questions, of each place where an answer may
            start or end, of which the first of a row stands for "no answer". -1 - row where a row is read as a whole
            (the intent of a sentence).
        labels: (words,) for token tasks, (batch,) for sequence tasks; -100 is left out of the loss;
            for questions (words,) 0 where the answer starts, 1 where it ends, 2 for both; for choices (batch,) 1 for
            the right one, 0 for the others; None in prediction.
        windows: (batch,) index of each row's window in the encoded corpus.
        words: (words,) index of each word in the encoded corpus (flat over all examples); empty
            for sequence tasks; for choices (batch,) the example that each row belongs to.
    """

    piece_ids: Int[Tensor, "batch positions"]
    mask: Bool[Tensor, "batch positions"]
    type_ids: Int[Tensor, "batch positions"] | None
    word_positions: Int[Tensor, " words"]
    labels: Int[Tensor, " outputs"] | None
    windows: Int[Tensor, " batch"]
    words: Int[Tensor, " words"]

    def to(self, target: device | str) -> Batch:
        """The same batch with the tensors a model reads on another device."""
        return replace(
            self,
            piece_ids=self.piece_ids.to(target, non_blocking=True),
            mask=self.mask.to(target, non_blocking=True),
            type_ids=None if self.type_ids is None else self.type_ids.to(target, non_blocking=True),
            word_positions=self.word_positions.to(target, non_blocking=True),
            labels=None if self.labels is None else self.labels.to(target, non_blocking=True),
        )

    @property
    def real_pieces(self) -> int:
        """Number of pieces that are not padding."""
        return int(self.mask.sum())
