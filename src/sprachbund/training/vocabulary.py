"""Vocabulary trimming: while training, only the embedding rows that occur in the training data exist for the optimiser.

A multilingual vocabulary has 100,000 to 250,000 rows, an English training set uses a few thousand of
them. Rows that do not occur have a gradient of exactly zero, and without weight decay Adam leaves
them where they are. So training the rows in use and writing them back gives the same matrix, without
gradients and moments for all the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sprachbund.models.transfer_model import TransferModel
from sprachbund.training.data import TrainingSet
from sprachbund.training.pages import give_back_pages

_ABSENT = -1  # looked up, this raises IndexError: a piece that was not announced


class TrimmedVocabulary:
    """Puts a matrix of the rows in use into the place of an embedding's full matrix.

    Ids are looked up by a hook in front of the embedding, so whatever else a model does with ids
    (RoBERTa's positions, padding masks) sees the true ones.

    Args:
        embedding: the embedding of the pieces; holds the small matrix until `close`.
        used: ids that will be looked up, ascending.
    """

    def __init__(self, embedding: nn.Embedding, used: NDArray[np.integer]) -> None:
        self.embedding = embedding
        self.full = embedding.weight
        self.rows = torch.from_numpy(np.asarray(used, dtype=np.int64)).to(self.full.device)
        self._lookup = torch.full((self.full.shape[0],), _ABSENT, device=self.full.device)
        self._lookup[self.rows] = torch.arange(len(self.rows), device=self.full.device)
        self._full_padding = embedding.padding_idx
        self._small_padding = self._number(embedding.padding_idx)
        self.small = nn.Parameter(self.full.detach()[self.rows], requires_grad=self.full.requires_grad)
        self._install()

    def close(self) -> None:
        """Write the trained rows into the full matrix and put it back."""
        with torch.no_grad():
            self.full[self.rows] = self.small
        self._hook.remove()
        self.embedding.weight = self.full
        self.embedding.padding_idx = self._full_padding

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Put the full matrix, brought up to date, into place for a while (to evaluate other data)."""
        self.close()
        try:
            yield
        finally:
            self._install()

    def _install(self) -> None:
        self.embedding.weight = self.small
        self.embedding.padding_idx = self._small_padding
        self._hook = self.embedding.register_forward_pre_hook(self._renumber)
        give_back_pages(self.full)  # nobody reads it before it is put back

    def _renumber(self, module: nn.Module, arguments: tuple[Any, ...]) -> tuple[Tensor, ...]:
        return (self._lookup[arguments[0]], *arguments[1:])

    def _number(self, row: int | None) -> int | None:
        number = _ABSENT if row is None else int(self._lookup[row])
        return None if number == _ABSENT else number


@contextmanager
def trimmed(model: TransferModel, data: TrainingSet) -> Iterator[TrimmedVocabulary | None]:
    """Train only the rows that some data use; None where trimming would not be exact or not save anything."""
    embedding = model.encoder.word_embeddings
    used = data.rows_in_use(embedding.num_embeddings)
    if not can_be_trimmed(model, embedding) or len(used) == embedding.num_embeddings:
        yield None
        return
    vocabulary = TrimmedVocabulary(embedding, used)
    try:
        yield vocabulary
    finally:
        vocabulary.close()


def can_be_trimmed(model: nn.Module, embedding: nn.Embedding) -> bool:
    """Say whether the matrix is trained, is dense, and is nobody else's too (a tied output layer uses every row)."""
    owners = sum(parameter is embedding.weight for _, parameter in model.named_parameters(remove_duplicate=False))
    return owners == 1 and embedding.weight.requires_grad and embedding.max_norm is None
