"""What a training reads: the windows that have a label, and their order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sprachbund.batching.collate import WindowStream
from sprachbund.batching.samplers import TokenBudgetSampler, beyond_budget
from sprachbund.core.errors import DataError
from sprachbund.core.seeds import derive_seed
from sprachbund.data.labels import IGNORED, LabelSpace
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers, offsets_of
from sprachbund.training.config import BATCH_PIECES, TrainingConfig


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Data of one training.

    Args:
        stream: makes batches of windows.
        windows: windows that have a label; the sampler counts in these.
        sampler: their order.
        notes: sentences about windows left out, or longer than a batch.
    """

    stream: WindowStream
    windows: Integers
    sampler: TokenBudgetSampler
    notes: tuple[str, ...]


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
    return TrainingData(stream, windows, sampler, tuple(filter(None, notes)))


def labelled_windows(corpus: EncodedCorpus, label_ids: Integers) -> Integers:
    """Return the windows in which at least one word (the text, for sequence tasks) has a label."""
    if corpus.kind == "sequence":
        return np.flatnonzero(label_ids[corpus.window_examples] != IGNORED)
    labelled = offsets_of(label_ids[corpus.read_words] != IGNORED)
    return np.flatnonzero(np.diff(labelled[corpus.read_offsets]) > 0)
