"""Corpora to what probes need of every layer's states: pooled vectors of texts, and whatever is made of words' states.

Each batch passes through the encoder once, whatever the number of layers and measures, and its states are let go
before the next one: pooled vectors are written where the caller wants them, sums are added up. Batches are
packed, sorted by length and computed side by side as in prediction, and what they give is put together in
their own order, so that the number of threads changes no bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from sprachbund.batching.batch import Batch
from sprachbund.batching.collate import WindowStream
from sprachbund.batching.samplers import length_sorted_batches
from sprachbund.evaluation.predict import ACCELERATOR_BATCH_PIECES, PROCESSOR_BATCH_PIECES
from sprachbund.evaluation.probes.poolings import POOLINGS as POOLINGS
from sprachbund.evaluation.probes.poolings import Pooling as Pooling
from sprachbund.evaluation.workers import in_threads, models_for_threads
from sprachbund.models.layer_states import LayerStates
from sprachbund.models.precision import autocast, autocast_format
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers

R = TypeVar("R")

Floats32 = NDArray[np.float32]
Tell = Callable[[int, int], None]


def pooled_vectors(
    model: LayerStates, corpora: Sequence[EncodedCorpus], out: Floats32, *, poolings: Sequence[Pooling] = POOLINGS,
    precision: str = "auto", batch_pieces: int | None = None, emit: Tell | None = None,
) -> None:
    """Pool the states of every text at every layer.

    Args:
        model: in evaluation mode, on its device.
        corpora: whole texts, encoded for this model's tokenizer.
        out: (states, poolings, texts, width), filled; texts count over all corpora in order. It may lie in a
            file (`numpy.memmap`): 13 layers of 20,000 texts at width 384 are 800 MB.
        poolings: what is made of a text's states, in the order of `out`.
        precision: of matrix products: "auto", "bf16" or "fp32"; vectors are fp32.
        batch_pieces: padded pieces of a batch; changes speed only.
        emit: told windows done and windows in all.

    Raises:
        DataError: corpora that do not belong together.
    """
    stream = WindowStream(corpora)

    def pool(states: Sequence[Tensor], batch: Batch) -> None:
        texts = stream.texts(batch.windows.numpy())
        share = batch.mask.float()
        share = (share / share.sum(1, keepdim=True)).unsqueeze(1)
        for number, state in enumerate(states):
            padded = state.float().masked_fill(~batch.mask.unsqueeze(2), 0)
            for place, pooling in enumerate(poolings):
                pooled = torch.bmm(share, padded).squeeze(1) if pooling == "mean" else padded[:, 0]
                out[number, place, texts] = pooled.cpu().numpy()

    for _ in over_batches(model, stream, pool, precision=precision, batch_pieces=batch_pieces, emit=emit):
        pass


def over_word_states(
    model: LayerStates,
    corpora: Sequence[EncodedCorpus],
    reduce: Callable[[Sequence[Float[Tensor, "words width"]], Integers], R],
    *,
    precision: str = "auto",
    batch_pieces: int | None = None,
    emit: Tell | None = None,
) -> Iterator[R]:
    """Yield `reduce(states of the words of a batch, their numbers)` for each batch, in a fixed order.

    Args:
        model, precision, batch_pieces, emit: as in `pooled_vectors`.
        corpora: of words; numbers count over all corpora in order.
        reduce: gets a matrix (words, width) in fp32 for each state; called in several threads at once.
    """
    stream = WindowStream(corpora)

    def read(states: Sequence[Tensor], batch: Batch) -> R:
        words = [state.flatten(0, 1).index_select(0, batch.word_positions).float() for state in states]
        return reduce(words, batch.words.cpu().numpy())

    yield from over_batches(model, stream, read, precision=precision, batch_pieces=batch_pieces, emit=emit)


def over_batches(
    model: LayerStates,
    stream: WindowStream,
    reduce: Callable[[Sequence[Tensor], Batch], R],
    *,
    precision: str,
    batch_pieces: int | None,
    emit: Tell | None,
) -> Iterator[R]:
    """Yield `reduce(states, batch)` for each batch of a stream; arguments as above."""
    where = next(model.parameters()).device
    number_format, _ = autocast_format(precision, where)
    budget = batch_pieces or (PROCESSOR_BATCH_PIECES if where.type == "cpu" else ACCELERATOR_BATCH_PIECES)
    batches = length_sorted_batches(stream.lengths, budget)

    def one(model: nn.Module, windows: Integers) -> tuple[int, R]:
        with torch.inference_mode(), autocast(where, number_format):  # both are a thread's own
            batch = stream.batch(windows).to(where)
            return len(windows), reduce(model(batch), batch)

    done, total = 0, len(stream.lengths)
    for count, found in in_threads(one, models_for_threads(model, len(batches)), batches):
        done += count
        if emit is not None:
            emit(done, total)
        yield found
