"""What a training reads: the windows that have a label, and their order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from sprachbund.batching.batch import Batch
from sprachbund.batching.collate import WindowStream
from sprachbund.batching.samplers import TokenBudgetSampler, beyond_budget
from sprachbund.core.canonical import Json
from sprachbund.core.errors import DataError
from sprachbund.core.seeds import derive_seed
from sprachbund.data.labels import IGNORED, LabelSpace
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers, offsets_of
from sprachbund.training.config import BATCH_PIECES, TrainingConfig


@dataclass(frozen=True)
class Batches(ABC):
    """Batches of one training, and their order.

    Args:
        windows: windows that are trained on; the sampler counts in these.
        sampler: their order.
        notes: sentences about windows left out, or longer than a batch.
    """

    windows: Integers
    sampler: TokenBudgetSampler
    notes: tuple[str, ...]

    @abstractmethod
    def batch(self, chosen: Integers, step: int) -> Batch:
        """Some windows, as the sampler numbers them, as the batch of a step (from 0); the same whenever it is asked."""


class TrainingSet(ABC):
    """What a training learns from: texts, and what is to be said of them."""

    @abstractmethod
    def batches(self, config: TrainingConfig, seed: int, *, pin: bool) -> Batches:
        """Set up the batches of a training.

        Args:
            config: how it is trained.
            seed: decides the order.
            pin: put tensors into page-locked memory.

        Raises:
            DataError: there is nothing to learn from.
        """

    @abstractmethod
    def rows_in_use(self, n_rows: int) -> Integers:
        """Rows of an embedding matrix of so many that a training on this can move, ascending."""

    @abstractmethod
    def identity(self) -> dict[str, Json]:
        """What a checkpoint of a training on this must agree in, as JSON values."""


@dataclass(frozen=True)
class TrainingData(Batches):
    """Batches with labels; `stream` makes them, the rest is as in `Batches`."""

    stream: WindowStream

    def batch(self, chosen: Integers, step: int) -> Batch:
        """See `Batches.batch`; every step may ask for any windows."""
        return self.stream.batch(self.windows[chosen])


@dataclass(frozen=True)
class LabelledCorpus(TrainingSet):
    """A corpus, of which the labels that a label space knows are learnt.

    Args:
        corpus: encoded examples.
        labels: the label space that the head speaks.
    """

    corpus: EncodedCorpus
    labels: LabelSpace

    def batches(self, config: TrainingConfig, seed: int, *, pin: bool) -> TrainingData:
        """See `training_data`."""
        return training_data(self.corpus, self.labels, config, seed, pin=pin)

    def rows_in_use(self, n_rows: int) -> Integers:
        """Rows of pieces that occur."""
        return rows_in_use(self.corpus, n_rows)

    def identity(self) -> dict[str, Json]:
        """Labels, and what the corpus was made of."""
        return {"labels": list(self.labels.labels), "data": self.corpus.fingerprint,
                "tokenizer": self.corpus.tokenizer, "windows": self.corpus.n_windows}


def training_data(
    corpus: EncodedCorpus, labels: LabelSpace, config: TrainingConfig, seed: int, *, pin: bool
) -> TrainingData:
    """Set up the data of a training; windows without any label known to the label space are left out.

    Raises:
        DataError: no window has one.
    """
    label_ids = corpus.label_ids(labels)
    windows = labelled_windows(corpus, label_ids)
    if not len(windows):
        raise DataError(
            f"no item of {corpus.data_set} {corpus.language} {corpus.split} has a label that the label space knows "
            f"({', '.join(labels.labels)})",
            remedy="check the column of the labels",
        )
    left_out = corpus.n_windows - len(windows)
    stream = WindowStream([corpus], [label_ids], pin=pin)
    lengths = stream.lengths[windows]
    sampler = TokenBudgetSampler(
        lengths, config.budget(int(lengths.sum())), config.shuffle_window, derive_seed(seed, "order")
    )
    notes = (
        f"{left_out} of {corpus.n_windows} training inputs have no label and are left out" if left_out else "",
        beyond_budget(lengths, config.batch_pieces or BATCH_PIECES),
    )
    return TrainingData(windows, sampler, tuple(filter(None, notes)), stream)


def labelled_windows(corpus: EncodedCorpus, label_ids: Integers) -> Integers:
    """Return the windows in which at least one word (the text, for sequence tasks) has a label."""
    if corpus.kind == "sequence":
        return np.flatnonzero(label_ids[corpus.window_examples] != IGNORED)
    labelled = offsets_of(label_ids[corpus.read_words] != IGNORED)
    return np.flatnonzero(np.diff(labelled[corpus.read_offsets]) > 0)


def rows_in_use(corpus: EncodedCorpus, n_rows: int) -> Integers:
    """Return the ids that occur in a corpus, its padding piece included, ascending."""
    used = np.zeros(n_rows, dtype=np.bool_)
    used[corpus.piece_ids] = True
    used[corpus.pad_id] = True
    return np.flatnonzero(used)
