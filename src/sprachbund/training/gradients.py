"""Loss and gradients of one batch: on a processor in shards, each in a thread of its own; elsewhere in one piece.

One operator of a small encoder is too little work for several processor cores: they spend their time waiting
for one another. So a batch is cut into shards of whole rows. Each shard runs through the encoder in its own
thread; fusion and head see the whole batch (batch statistics in a fusion stay those of the batch); then each
shard's gradient flows back in its own thread, and what it gives a parameter is added to what the shards before it
gave as soon as it is there, so that there is one set of gradients however many shards there are.
The cut depends on the batch alone and dropout masks on seed, step and shard, so the result has the same bits
however many threads there are, as long as there are no more than shards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn import functional as F

from sprachbund.batching.batch import Batch
from sprachbund.core.seeds import derive_seed
from sprachbund.models.dropout_stream import DropoutStream
from sprachbund.models.precision import autocast
from sprachbund.models.threads import torch_threads, worker_threads
from sprachbund.models.transfer_model import TransferModel
from sprachbund.training.summation import Turn, in_order

SHARD_PIECES = 375
"""Padded pieces of a shard, about: two shards of the default batch."""


class Gradients:
    """Computes gradients of a model's trained parameters.

    Args:
        model: on its device, in training mode, with frozen parts frozen.
        batch_pieces: token budget of a batch; decides the number of shards.
        number_format: of matrix products.
        seed: of the dropout masks inside the encoder.
        pool: runs shards; its threads have their number of torch threads set.
        threads: processor threads there are.

    Attributes:
        shards: most shards of a batch; 0 where it is trained in one piece.
        threads: threads of the pool that are kept busy.
    """

    def __init__(
        self, model: TransferModel, *, batch_pieces: int, number_format: torch.dtype, seed: int, pool: Executor,
        threads: int = 1,
    ) -> None:
        self._model, self._number_format, self._seed, self._pool = model, number_format, seed, pool
        self._device = next(model.parameters()).device
        self.shards = shard_count(model, self._device, batch_pieces)
        self.threads = max(1, min(self.shards, threads))
        self._parameters = [parameter for parameter in model.encoder.parameters() if parameter.requires_grad]

    def __call__(self, batch: Batch, step: int) -> Tensor:
        """Put the gradients of a batch's loss into the parameters' `grad`, and return the loss.

        Args:
            batch: with labels, on the processor.
            step: number of the step, which decides the dropout masks.
        """
        if not self.shards:
            with autocast(self._device, self._number_format):
                loss = self._model.loss(batch.to(self._device))
            loss.backward()  # type: ignore[no-untyped-call]
            return loss
        rows = cut_rows(batch, self.shards)
        streams = [DropoutStream(derive_seed(self._seed, step, number)) for number in range(len(rows))]
        encoded = list(self._pool.map(self._encode, [_rows_of(batch, part) for part in rows], streams))
        states = [_join(parts, batch.mask.shape[1]) for parts in zip(*encoded, strict=True)]
        with autocast(self._device, self._number_format):
            loss = self._model.loss(batch, states)
        loss.backward()  # type: ignore[no-untyped-call]
        if self._parameters:
            back = [[_part(state, part, own) for state, own in zip(states, parts, strict=True)]
                    for part, parts in zip(rows, encoded, strict=True)]
            with in_order(self._parameters, len(rows)) as turns:
                list(self._pool.map(self._backward, turns, encoded, back))
        return loss

    def _encode(self, batch: Batch, stream: DropoutStream) -> list[Tensor]:
        with torch.set_grad_enabled(bool(self._parameters)), autocast(self._device, self._number_format):
            return self._model.states(batch, stream)

    def _backward(self, turn: Turn, states: Sequence[Tensor], gradients: Sequence[Tensor]) -> None:
        used = [(state, gradient) for state, gradient in zip(states, gradients, strict=True) if state.requires_grad]
        outputs, given = zip(*used, strict=True)
        with turn:
            torch.autograd.backward(outputs, given)


def shard_count(model: TransferModel, device: torch.device, batch_pieces: int) -> int:
    """Most shards that a batch is cut into; 0 where the model is trained in one piece."""
    if device.type != "cpu" or not model.encoder.takes_streams:
        return 0
    return max(1, round(batch_pieces / SHARD_PIECES))


@contextmanager
def shard_threads(threads: int, shards: int) -> Iterator[Executor]:
    """The pool for so many shards, and everything else meanwhile on one thread, where there are shards at all.

    With more threads than shards each shard gets several.

    Args:
        threads: processor threads there are.
        shards: see `shard_count`.
    """
    count = max(1, min(threads, shards))
    with torch_threads(1 if shards else threads), worker_threads(count, max(1, threads // count)) as pool:
        yield pool


def cut_rows(batch: Batch, shards: int) -> list[slice]:
    """Cut a batch into at most so many slices of rows with about as many real pieces each; none is empty."""
    ends = batch.mask.sum(1).cumsum(0).tolist()
    cuts = [0]
    for number in range(1, shards):
        goal = ends[-1] * number / shards
        nearest = min(range(len(ends)), key=lambda row: abs(ends[row] - goal)) + 1
        if cuts[-1] < nearest < len(ends):
            cuts.append(nearest)
    return [slice(first, last) for first, last in zip(cuts, [*cuts[1:], len(ends)], strict=True)]


def _rows_of(batch: Batch, rows: slice) -> Batch:
    """Some rows, without labels, as wide as their longest."""
    mask = batch.mask[rows]
    width = int(mask.sum(1).max())
    types = None if batch.type_ids is None else batch.type_ids[rows, :width]
    nothing = batch.windows[:0]
    return Batch(batch.piece_ids[rows, :width], mask[:, :width], types, nothing, None, batch.windows[rows], nothing)


def _join(parts: Iterable[Tensor], positions: int) -> Tensor:
    """The states of all shards as one leaf of the graph, padded with zeros."""
    padded = [F.pad(part.detach(), (0, 0, 0, positions - part.shape[1])) for part in parts]
    return torch.cat(padded).requires_grad_()


def _part(state: Tensor, rows: slice, like: Tensor) -> Tensor:
    """The gradient that belongs to one shard; zeros where the fusion did not use the layer."""
    if state.grad is None:
        return torch.zeros_like(like)
    return state.grad[rows, : like.shape[1]]
