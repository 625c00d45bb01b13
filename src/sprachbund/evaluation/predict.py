"""Corpora to predictions: one stream over all languages, sorted by length, order restored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from sprachbund.batching.batch import Batch
from sprachbund.batching.collate import WindowStream
from sprachbund.batching.samplers import beyond_budget, length_sorted_batches
from sprachbund.core.errors import DataError, ModelError
from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation.choices import ChoiceResults
from sprachbund.evaluation.gates import BatchSums, GateSums, logits_and_gate
from sprachbund.evaluation.predictions import NO_PREDICTION, Predictions
from sprachbund.evaluation.workers import in_threads, models_for_threads
from sprachbund.models.classifier import Classifier
from sprachbund.models.exported.session import ExportedClassifier
from sprachbund.models.foreign import ForeignClassifier
from sprachbund.models.precision import autocast, autocast_format, choose_device
from sprachbund.models.shared_encoder import SharedEncoderModels
from sprachbund.models.transfer_model import TransferModel
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers

__all__ = ["Predictions", "predict", "predict_together"]

PROCESSOR_BATCH_PIECES = 1024
ACCELERATOR_BATCH_PIECES = 32768


def predict(
    model: Classifier,
    corpora: Sequence[EncodedCorpus],
    labels: LabelSpace,
    *,
    precision: str = "auto",
    device: str | None = None,
    batch_pieces: int | None = None,
    emit: Callable[[int, int], None] | None = None,
    tell: Callable[[str], None] | None = None,
    gates: GateSums | None = None,
) -> list[Predictions]:
    """Predict all corpora in one stream, so that small test sets share batches.

    On a processor batches are computed side by side, one in each of torch's threads; the results are then those of
    one thread, bit for bit.

    Args:
        model: put into evaluation mode for the time of the call.
        corpora: all of one kind, encoded for this model's tokenizer.
        labels: the label space that the model's head speaks.
        precision: "auto", "bf16" or "fp32".
        device: "auto" or a torch device, to which the model is moved; None: where it is.
        batch_pieces: padded pieces of a batch; None: what suits the device. Changes speed only.
        emit: told windows done and windows in all, after each batch.
        tell: told sentences for the user: bf16 that is not to be had, windows longer than a batch.
        gates: made for this model and these corpora; gets the sums of the model's gate.

    Returns:
        One `Predictions` a corpus, in the order given.

    Raises:
        DataError: corpora that do not belong together or to this model.
        ModelError: the head has another number of labels than the label space.
    """
    (found,), bounds = run_batches(
        model, [_collection(corpora)], corpora, len(labels.labels), precision=precision, device=device,
        batch_pieces=batch_pieces, emit=emit, tell=tell, gates=gates,
    )
    return _split(corpora, labels, bounds, *found.arrays())


def predict_together(
    models: Sequence[TransferModel],
    corpora: Sequence[EncodedCorpus],
    labels: LabelSpace,
    *,
    precision: str = "auto",
    device: str | None = None,
    batch_pieces: int | None = None,
    emit: Callable[[int, int], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[list[Predictions]]:
    """Predict with several fusions and heads on one encoder, which runs once for all of them.

    Args:
        models: built on the same encoder object, which was frozen while they were trained.
        corpora, labels, precision, device, batch_pieces, emit, tell: as in `predict`.

    Returns:
        What `predict` gives for each model, bit for bit.

    Raises:
        DataError, ModelError: as `predict`.
        ModelError: encoders that are not the same object.
    """
    together = SharedEncoderModels(models)
    found, bounds = run_batches(
        together, [_collection(corpora)] * len(models), corpora, len(labels.labels), precision=precision, device=device,
        batch_pieces=batch_pieces, emit=emit, tell=tell,
    )
    return [_split(corpora, labels, bounds, *one.arrays()) for one in found]


class Results(Protocol):
    """What one model says of each word of a stream, or of each window where these are choices; `put` is called in
    several threads at once."""

    def put(self, outputs: torch.Tensor, logits: torch.Tensor) -> None:
        """Take the logits (outputs, labels) of words with these numbers (outputs,)."""
        ...


R = TypeVar("R", bound=Results)


def run_batches(
    model: Classifier | SharedEncoderModels,
    results_of: Sequence[Callable[[int, torch.device], R]],
    corpora: Sequence[EncodedCorpus],
    n_labels: int,
    *,
    precision: str = "auto",
    device: str | None = None,
    batch_pieces: int | None = None,
    emit: Callable[[int, int], None] | None = None,
    tell: Callable[[str], None] | None = None,
    gates: GateSums | None = None,
) -> tuple[list[R], Integers]:
    """Compute all logits of some corpora in one stream, and give them to whoever collects them.

    Args:
        model: one model, or several on one encoder.
        results_of: for each model what makes its collection of so many words (of choices: windows), on a device.
        corpora: as in `predict`.
        n_labels: how many logits a word shall have.
        precision, device, batch_pieces, emit, tell, gates: as in `predict`.

    Returns:
        The collections, and (corpora + 1,) where each corpus's words begin in them; raises as `predict` does.
    """
    where = _place(model) if device is None else choose_device(device)
    model.to(where)
    _check_vocabulary(model, corpora)
    stream = WindowStream(corpora, pin=where.type == "cuda")
    budget = batch_pieces or (PROCESSOR_BATCH_PIECES if where.type == "cpu" else ACCELERATOR_BATCH_PIECES)
    total, done = len(stream.lengths), 0
    base = stream.window_base if corpora[0].kind == "choice" else stream.word_base
    results = [make(int(base[-1]), where) for make in results_of]
    number_format, fallback = autocast_format(precision, where)
    if tell is not None:
        for sentence in filter(None, (fallback, beyond_budget(stream.lengths, budget))):
            tell(sentence)

    def label(model: nn.Module, windows: Integers) -> tuple[int, BatchSums | None]:
        with torch.inference_mode(), autocast(where, number_format):  # both are a thread's own
            batch = stream.batch(windows)
            outputs = _outputs(stream, batch).to(where, non_blocking=True)
            batch, sums = batch.to(where), None
            if gates is None:
                given = model(batch)
            else:
                given, gate = logits_and_gate(cast("TransferModel", model), batch)
                sums = gates.of_batch(gate, batch, outputs)
            for result, logits in zip(results, given if isinstance(given, list) else [given], strict=True):
                _check_labels(logits.shape[-1], n_labels)
                result.put(outputs, logits)
        return len(windows), sums

    batches = length_sorted_batches(stream.lengths, budget)
    with _evaluating(model):
        for count, sums in in_threads(label, models_for_threads(model, len(batches)), batches):
            done += count
            if gates is not None and sums is not None:
                gates.add(sums)
            if emit is not None:
                emit(done, total)
    return results, stream.word_base


class Found(Results, Protocol):
    """A collection that ends in one label for each word."""

    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """(words,) index of the label, -1 where there is none, and its probability."""
        ...


def _collection(corpora: Sequence[EncodedCorpus]) -> Callable[[int, torch.device], Found]:
    """What collects the predictions of corpora of one kind."""
    if not corpora or corpora[0].kind != "choice":
        return _Results
    return partial(ChoiceResults, counts=np.concatenate([corpus.choice_counts for corpus in corpora]))


class _Results:
    """What one model says of each word; on its device until the end: no copy, and no waiting, after each batch."""

    def __init__(self, n_words: int, where: torch.device) -> None:
        self.label_ids = torch.full((n_words,), NO_PREDICTION, dtype=torch.int32, device=where)
        self.confidence = torch.zeros(n_words, dtype=torch.float32, device=where)

    def put(self, outputs: torch.Tensor, logits: torch.Tensor) -> None:
        best, which = torch.softmax(logits.float(), dim=-1).max(dim=-1)
        self.label_ids[outputs], self.confidence[outputs] = which.int(), best

    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        return self.label_ids.cpu().numpy(), self.confidence.cpu().numpy()


def _place(model: nn.Module) -> torch.device:
    """Where a model's parameters lie; the processor for one that keeps them elsewhere (an ONNX graph)."""
    parameter = next(model.parameters(), None)
    return torch.device("cpu") if parameter is None else parameter.device


def _outputs(stream: WindowStream, batch: Batch) -> torch.Tensor:
    """Word number of each row of the logits; of choices the window's."""
    if stream.corpora[0].kind == "choice":
        return batch.windows
    if stream.corpora[0].kind == "sequence":
        return torch.from_numpy(stream.texts(batch.windows.numpy()))
    return batch.words


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    before = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(before)


def _check_vocabulary(model: nn.Module, corpora: Sequence[EncodedCorpus]) -> None:
    rows = _vocabulary(model)
    for corpus in corpora:
        largest = int(corpus.piece_ids.max(initial=0))
        if rows is not None and largest >= rows:
            raise DataError(
                f"{corpus.data_set} {corpus.language} {corpus.split} holds the piece {largest}, but the model knows "
                f"{rows} pieces: it was encoded for another model",
                remedy="encode it with this model's tokenizer",
            )


def _vocabulary(model: nn.Module) -> int | None:
    """Rows of the embedding matrix, or None where nobody says."""
    if isinstance(model, SharedEncoderModels):
        return _vocabulary(model.models[0])
    if isinstance(model, TransferModel):
        return model.encoder.word_embeddings.num_embeddings
    if isinstance(model, ForeignClassifier):
        return cast("nn.Embedding", model.model.get_input_embeddings()).num_embeddings
    if isinstance(model, ExportedClassifier):
        return model.vocabulary_size
    return None


def _check_labels(outputs: int, n_labels: int) -> None:
    if outputs != n_labels:
        raise ModelError(f"the model's head has {outputs} labels, the label space {n_labels}",
                         remedy="use the label space that the model was trained with")


def _split(
    corpora: Sequence[EncodedCorpus],
    labels: LabelSpace,
    base: np.ndarray[tuple[int], np.dtype[np.int64]],
    label_ids: np.ndarray[tuple[int], np.dtype[np.int32]],
    confidence: np.ndarray[tuple[int], np.dtype[np.float32]],
) -> list[Predictions]:
    return [
        Predictions(
            data_set=corpus.data_set,
            language=corpus.language,
            split=corpus.split,
            fingerprint=corpus.fingerprint,
            labels=labels.labels if corpus.kind != "choice" else corpus.choice_names,
            label_ids=label_ids[start:stop],
            confidence=confidence[start:stop],
        )
        for corpus, start, stop in zip(corpora, base[:-1], base[1:], strict=True)
    ]
