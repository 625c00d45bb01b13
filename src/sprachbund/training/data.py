"""What a training reads: the windows that have a label, and their order; all choices of an example together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.batching.batch import Batch
from sprachbund.batching.collate import WindowStream
from sprachbund.batching.samplers import TokenBudgetSampler, beyond_budget
from sprachbund.batching.units import Units, units_of
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
    """Batches with labels; the rest is as in `Batches`.

    Args:
        windows: of choices examples, which stand in a batch with all their windows.
        stream: makes the batches.
        units: the windows, or the examples with all their windows.
    """

    stream: WindowStream
    units: Units

    def batch(self, chosen: Integers, step: int) -> Batch:
        """See `Batches.batch`; every step may ask for any windows."""
        return self.stream.batch(self.units.windows(self.windows[chosen]))


@dataclass(frozen=True)
class LabelledCorpora(TrainingSet):
    """Corpora of one task, of which the labels that a label space knows are learnt.

    Args:
        corpora: encoded examples, at least one corpus; several are learnt from as if they were one.
        labels: the label space that the head speaks.
    """

    corpora: tuple[EncodedCorpus, ...]
    labels: LabelSpace

    def batches(self, config: TrainingConfig, seed: int, *, pin: bool) -> TrainingData:
        """See `training_data`."""
        return training_data(self.corpora, self.labels, config, seed, pin=pin)

    def rows_in_use(self, n_rows: int) -> Integers:
        """Rows of pieces that occur."""
        return rows_in_use(self.corpora, n_rows)

    def identity(self) -> dict[str, Json]:
        """Labels, and what the corpora were made of."""
        return {"labels": list(self.labels.labels), "data": [corpus.fingerprint for corpus in self.corpora],
                "tokenizer": self.corpora[0].tokenizer, "windows": [corpus.n_windows for corpus in self.corpora]}


def training_data(
    corpora: Sequence[EncodedCorpus], labels: LabelSpace, config: TrainingConfig, seed: int, *, pin: bool
) -> TrainingData:
    """Set up the data of a training; what has no label known to the label space is left out.

    Raises:
        DataError: nothing of a corpus has one; corpora of different tokenizers or tasks.
    """
    label_ids = [corpus.label_ids(labels) for corpus in corpora]
    stream, units = WindowStream(corpora, label_ids, pin=pin), units_of(corpora)
    found = [labelled_windows(corpus, ids) for corpus, ids in zip(corpora, label_ids, strict=True)]
    for corpus, windows in zip(corpora, found, strict=True):
        if not len(windows):
            raise DataError(
                f"no item of {corpus.data_set} {corpus.language} {corpus.split} has a label that the label space knows "
                f"({', '.join(labels.labels)})",
                remedy="check the column of the labels",
            )
    windows = np.concatenate([own + base for own, base in zip(found, units.base[:-1], strict=True)])
    total = len(units.lengths)
    left_out = total - len(windows)
    lengths = units.lengths[windows]
    sampler = TokenBudgetSampler(
        lengths, config.budget(int(lengths.sum())), config.shuffle_window, derive_seed(seed, "order")
    )
    notes = (
        f"{left_out} of {total} training inputs have no label and are left out" if left_out else "",
        beyond_budget(lengths, config.batch_pieces or BATCH_PIECES,
                      what="example" if corpora[0].kind == "choice" else "window"),
    )
    return TrainingData(windows, sampler, tuple(filter(None, notes)), stream, units)


def labelled_windows(corpus: EncodedCorpus, label_ids: Integers) -> Integers:
    """Return the windows in which at least one word (the text, for sequence tasks) has a label; of choices, the
    examples that have one."""
    if corpus.kind == "choice":
        return np.flatnonzero(label_ids != IGNORED)
    if corpus.kind == "sequence":
        return np.flatnonzero(label_ids[corpus.window_examples] != IGNORED)
    labelled = offsets_of(label_ids[corpus.read_words] != IGNORED)
    return np.flatnonzero(np.diff(labelled[corpus.read_offsets]) > 0)


def rows_in_use(corpora: Sequence[EncodedCorpus], n_rows: int) -> Integers:
    """Return the ids that occur in some corpora, their padding pieces included, ascending."""
    used = np.zeros(n_rows, dtype=np.bool_)
    for corpus in corpora:
        used[corpus.piece_ids] = True
        used[corpus.pad_id] = True
    return np.flatnonzero(used)
