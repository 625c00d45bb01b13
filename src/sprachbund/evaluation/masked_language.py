"""How well a model finds hidden pieces of held-out text: the loss it is trained by, and pseudo-perplexity.

The loss is over pieces hidden as in training, always the same ones for a seed, so that two models can be compared.
Pseudo-perplexity hides one piece at a time (Salazar et al. 2020, 1910.14659): the exponential of the mean of
-log P(piece | all others). That takes a pass for each piece, so it is measured on the first windows only, as far as
`PSEUDO_PIECES` reach. Both are over the model's output vocabulary: among fewer pieces finding one is easier, and
figures of other output vocabularies do not compare with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from sprachbund.batching.batch import Batch
from sprachbund.batching.masked_stream import MaskedStream
from sprachbund.batching.samplers import length_sorted_batches
from sprachbund.core.seeds import derive_seed
from sprachbund.evaluation.predict import ACCELERATOR_BATCH_PIECES, PROCESSOR_BATCH_PIECES
from sprachbund.evaluation.workers import in_threads, models_for_threads
from sprachbund.models.heads.masked_token import MaskedToken
from sprachbund.models.precision import autocast, autocast_format
from sprachbund.models.transfer_model import TransferModel
from sprachbund.tokenization.piece_text import PieceText
from sprachbund.tokenization.ragged import Integers, offsets_of

PSEUDO_PIECES = 60_000
"""Pieces that are read to measure pseudo-perplexity, all texts together."""

_Sum = tuple[int, float]  # pieces, and the sum of their losses


@dataclass(frozen=True, slots=True)
class HeldOutGuesses:
    """What was found of one text's held-out windows.

    Args:
        guessed: pieces hidden as in training.
        loss: their mean negative log likelihood, nats.
        alone: pieces hidden one at a time.
        pseudo_loss: theirs.
    """

    guessed: int
    loss: float
    alone: int
    pseudo_loss: float


def held_out_guesses(
    model: TransferModel, stream: MaskedStream, *, precision: str, seed: int
) -> list[HeldOutGuesses | None]:
    """Measure a model where it is.

    Args:
        model: with a masked-language head; put into evaluation mode for the time of the call.
        stream: texts, and how pieces are hidden.
        precision: "auto", "bf16" or "fp32".
        seed: of what is hidden.

    Returns:
        One a text; None where nothing of it is held out, or nothing hidden.
    """
    was_training = model.training
    model.eval()
    try:
        share = PSEUDO_PIECES // len(stream.texts)
        return [_measure(model, stream, number, precision, seed, share) for number in range(len(stream.texts))]
    finally:
        model.train(was_training)


def loss_by_frequency(stream: MaskedStream, n_rows: int) -> list[float | None]:
    """The loss of who knows nothing but how often each piece stands in the text that is trained on, nats a piece.

    What a head that has learnt no more than that would reach: counts of all texts together, one added to each piece.

    Args:
        stream: texts.
        n_rows: pieces among which is looked, special ones included.

    Returns:
        For each text that of its held-out part; None where nothing is held out.
    """
    special = stream.masker.special
    counts = [[np.bincount(ids[~special[ids]], minlength=len(special)) for ids in _parts(text)]
              for text in stream.texts]
    trained = np.sum([one for one, _ in counts], axis=0) + 1.0
    costs = -np.log(trained / (trained.sum() - len(trained) + n_rows))
    return [float(costs @ held / held.sum()) if held.any() else None for _, held in counts]


def _parts(text: PieceText) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Pieces of the windows that are trained on, and of those that are held out."""
    held = np.repeat(np.asarray(text.held_out), text.window_lengths)
    return text.piece_ids[~held], text.piece_ids[held]


def _measure(
    model: TransferModel, stream: MaskedStream, number: int, precision: str, seed: int, share: int
) -> HeldOutGuesses | None:
    windows = stream.texts[number].windows(held_out=True) + stream.window_base[number]
    if not len(windows):
        return None
    device = next(model.parameters()).device
    budget = PROCESSOR_BATCH_PIECES if device.type == "cpu" else ACCELERATOR_BATCH_PIECES
    parts = length_sorted_batches(stream.lengths[windows], budget)
    hidden = [(windows[part], np.random.PCG64(derive_seed(seed, "held out", stream.texts[number].label, place)))
              for place, part in enumerate(parts)]
    run = partial(_losses, stream, precision)
    guessed, loss = _sums(in_threads(run, models_for_threads(model, len(hidden)), hidden))
    owners, places = _one_by_one(stream, windows, share)
    rows = [(owners[part], places[part]) for part in length_sorted_batches(stream.lengths[owners], budget)]
    run_alone = partial(_losses_alone, stream, precision)
    alone, pseudo_loss = _sums(in_threads(run_alone, models_for_threads(model, len(rows)), rows))
    return HeldOutGuesses(guessed, loss, alone, pseudo_loss) if guessed and alone else None


def _one_by_one(stream: MaskedStream, windows: Integers, share: int) -> tuple[Integers, Integers]:
    """A row for each piece that can be hidden: its window, and its position there; at least those of one window."""
    ids, _ = stream.pieces(windows)
    lengths = stream.lengths[windows]
    starts = offsets_of(lengths)
    can = ~stream.masker.special[ids]
    counts = np.add.reduceat(can.astype(np.int64), starts[:-1])  # of truth values it would be an `or`
    taken = max(1, int(np.searchsorted(np.cumsum(counts * lengths), share, side="right")))
    flat = np.flatnonzero(can[: starts[taken]])
    owners = np.repeat(np.arange(taken), counts[:taken])
    return windows[owners], flat - starts[owners]


def _losses(stream: MaskedStream, precision: str, model: nn.Module, item: tuple[Integers, np.random.PCG64]) -> _Sum:
    windows, bits = item
    return _loss(model, stream.batch(windows, np.random.Generator(bits)), precision)


def _losses_alone(stream: MaskedStream, precision: str, model: nn.Module, item: tuple[Integers, Integers]) -> _Sum:
    windows, places = item
    ids, _ = stream.pieces(windows)
    lengths = stream.lengths[windows]
    chosen = offsets_of(lengths)[:-1] + places
    shown = ids.copy()
    shown[chosen] = stream.masker.mask_id
    return _loss(model, stream.padded(shown, lengths, windows, chosen, ids[chosen]), precision)


def _loss(model: nn.Module, batch: Batch, precision: str) -> _Sum:
    """Pieces to be found in a batch, and the sum of their negative log likelihoods."""
    owner = cast("TransferModel", model)
    device = next(owner.parameters()).device
    number_format, _ = autocast_format(precision, device)
    batch = batch.to(device)
    with torch.inference_mode(), autocast(device, number_format):
        logits = owner(batch)
        targets = cast("MaskedToken", owner.head).targets(batch)
        return len(targets), float(F.cross_entropy(logits.float(), targets, reduction="sum"))


def _sums(parts: Iterable[_Sum]) -> _Sum:
    """Pieces in all, and their mean loss."""
    found = list(parts)
    count = sum(number for number, _ in found)
    return count, sum(loss for _, loss in found) / max(count, 1)
