"""What the gate of a fusion does while a model predicts: sums for each language and label, one pass, nothing kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.core.errors import ModelError
from sprachbund.models.transfer_model import TransferModel
from sprachbund.results.gates import GateRow
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import offsets_of


@dataclass(frozen=True, slots=True)
class BatchSums:
    """Sums over the words of a batch: the classes that occur, their words, sums and squares (classes, channels)."""

    classes: NDArray[np.int64]
    words: NDArray[np.int64]
    sums: NDArray[np.float64]
    squares: NDArray[np.float64]


class GateSums:
    """Adds up a gate over the words of some corpora, by language and gold label.

    Args:
        model: the model that predicts.
        corpora: what it predicts, in this order.

    Raises:
        ModelError: the model's fusion has no gate.
    """

    def __init__(self, model: TransferModel, corpora: Sequence[EncodedCorpus]) -> None:
        channels = model.fusion.gate_channels
        if channels is None:
            raise ModelError(f"the fusion {model.fusion.config.label()} has no gate, so there are no gate statistics",
                             remedy="choose a model with a gate, such as one trained with --fusion dlfa:layer=...")
        self.corpora = corpora
        self._first = offsets_of(np.array([len(corpus.label_names) + 1 for corpus in corpora]))
        # words without gold label (-1), places of answers and choices are of the last class of their corpus
        self._class = np.concatenate([
            np.where((corpus.gold_ids < 0) | (corpus.kind == "choice"), len(corpus.label_names),
                     np.minimum(corpus.gold_ids, len(corpus.label_names))) + first
            for corpus, first in zip(corpora, self._first[:-1], strict=True)
        ])
        self._words = np.zeros(self._first[-1], dtype=np.int64)
        self._sums = np.zeros((self._first[-1], channels))
        self._squares = np.zeros((self._first[-1], channels))

    def of_batch(
        self, gate: Float[Tensor, "batch positions channels"], batch: Batch, outputs: Tensor
    ) -> BatchSums:
        """Sums over one batch; may be called in several threads at once.

        Args:
            gate: as the fusion gives it.
            batch: for classifiers of texts and for choices all real pieces are read, else those that stand for words.
            outputs: number of each word, or of each row's text or choice.
        """
        if self.corpora[0].kind in ("sequence", "choice"):
            positions = batch.mask.flatten().nonzero().squeeze(1)
            rows_of = batch.words if self.corpora[0].kind == "choice" else outputs
            numbers = np.repeat(rows_of.cpu().numpy(), batch.mask.sum(1).cpu().numpy())
        else:
            positions, numbers = batch.word_positions, outputs.cpu().numpy()
            if self.corpora[0].kind == "joint":  # the words, not the sentences whose intent is read
                read = positions >= 0
                positions, numbers = positions[read], numbers[read.cpu().numpy()]
        rows = gate.flatten(0, 1).index_select(0, positions).float()
        classes, inverse, words = np.unique(self._class[numbers], return_inverse=True, return_counts=True)
        member = torch.nn.functional.one_hot(torch.from_numpy(inverse), len(classes)).to(rows).T
        sums, squares = ((member @ values).double().cpu().numpy() for values in (rows, rows * rows))
        return BatchSums(classes, words, sums, squares)

    def add(self, found: BatchSums) -> None:
        """Add a batch's sums; in a fixed order, so that every run gives the same."""
        self._words[found.classes] += found.words
        self._sums[found.classes] += found.sums
        self._squares[found.classes] += found.squares

    def rows(self, task: str) -> list[GateRow]:
        """The statistics, by language and label; labels without a word are left out.

        Args:
            task: registered name of the model's task.
        """
        rows = []
        for number, corpus in enumerate(self.corpora):
            for label, name in enumerate([*corpus.label_names, ""]):
                place = int(self._first[number]) + label
                words = int(self._words[place])
                if words:
                    mean = self._sums[place] / words
                    variance = np.maximum(self._squares[place] / words - mean**2, 0.0)
                    rows.append(GateRow(task, corpus.data_set, corpus.split, corpus.language, name, words, mean,
                                        variance))
        return rows


def logits_and_gate(model: TransferModel, batch: Batch) -> tuple[Tensor, Tensor]:
    """What `model(batch)` gives, and the gate that made it; the gate is computed once.

    Raises:
        ModelError: the fusion has no gate.
    """
    states = model.states(batch)
    gate = model.fusion.read_gate(states, batch.mask)
    if gate is None:
        raise ModelError(f"the fusion {model.fusion.config.label()} has no gate", remedy="choose a model with a gate")
    fused = model.fusion.apply_gate(states, batch.mask, gate)
    logits: Tensor = model.head(fused, batch.mask, batch.word_positions)
    return logits, gate
