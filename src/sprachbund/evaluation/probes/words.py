"""What a word's state says of its label: linear probes for every layer, trained in one language, scored in many.

Training is one pass that adds up moments (`discriminant`), scoring a second one that applies all probes of all
layers to each batch. So that a deviation can be told, there are several probes, each trained on sentences of its
own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation.probes.discriminant import Floats, LinearProbe, Moments, train_probe
from sprachbund.evaluation.probes.states import Tell, over_word_states
from sprachbund.models.layer_states import LayerStates
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers

Probes = Sequence[Mapping[str, Sequence[LinearProbe]]]
"""For each state, name of what was taken out ("" for nothing) -> one probe a draw."""


def draw_of_words(corpus: EncodedCorpus, draws: int) -> Integers:
    """(words,) the draw each word belongs to: sentences in turn, since a corpus is a random sample already."""
    return np.repeat(np.arange(corpus.n_examples) % draws, np.diff(corpus.word_offsets))


def label_moments(
    model: LayerStates, corpus: EncodedCorpus, space: LabelSpace, draws: int, *, precision: str = "auto",
    emit: Tell | None = None,
) -> list[list[Moments]]:
    """Moments of the words of each label, for each state and draw.

    Args:
        model: in evaluation mode.
        corpus: the source language's training words.
        space: the labels, in the order of the classes; words with another label are left out.
        draws: how many parts of the sentences.
        precision, emit: as in `pooled_vectors`.

    Returns:
        For each state one `Moments` a draw.
    """
    classes = np.maximum(corpus.label_ids(space), -1)
    parts = draw_of_words(corpus, draws)
    n_classes = len(space.labels)

    def add_up(words: Sequence[Tensor], numbers: Integers) -> list[list[Moments]]:
        return [[_moments(state, classes[numbers], parts[numbers] == draw, n_classes) for draw in range(draws)]
                for state in words]

    batches = over_word_states(model, [corpus], add_up, precision=precision, emit=emit)
    return reduce(lambda one, other: [[a + b for a, b in zip(*pair, strict=True)]
                                      for pair in zip(one, other, strict=True)], batches)


def _moments(state: Tensor, classes: Integers, chosen: NDArray[np.bool_], n_classes: int) -> Moments:
    rows = np.flatnonzero(chosen & (classes >= 0))
    taken = state.index_select(0, torch.from_numpy(rows).to(state.device))
    taken = taken if taken.device.type == "mps" else taken.double()  # Apple's GPUs have no double precision
    member = torch.nn.functional.one_hot(torch.from_numpy(classes[rows]), n_classes).to(taken)
    sums, square = (member.T @ taken).double().cpu().numpy(), (taken.T @ taken).double().cpu().numpy()
    return Moments(np.bincount(classes[rows], minlength=n_classes).astype(np.float64), sums, square)


def train_probes(moments: Sequence[Sequence[Moments]], taken_out: Sequence[Mapping[str, Floats]]) -> Probes:
    """Probes for each state, with nothing and with each subspace taken out, one a draw.

    Args:
        moments: as `label_moments` gives them.
        taken_out: for each state, name -> orthonormal basis (width, rank).
    """
    probes = []
    for parts, bases in zip(moments, taken_out, strict=True):
        found = {"": [train_probe(part) for part in parts]}
        for name, basis in bases.items():
            probes_left = [train_probe(part.projected(basis)) for part in parts]
            # the projection is folded into the weights: (x - x B B') W = x (W - B B' W)
            found[name] = [LinearProbe(probe.weights - basis @ (basis.T @ probe.weights), probe.bias)
                           for probe in probes_left]
        probes.append(found)
    return probes


def label_hits(
    model: LayerStates, corpora: Sequence[EncodedCorpus], space: LabelSpace, probes: Probes, *,
    precision: str = "auto", emit: Tell | None = None,
) -> list[dict[str, NDArray[np.int64]]]:
    """Score every probe on the words of all corpora.

    Args:
        model: in evaluation mode.
        corpora: words with gold labels, one a language; words whose label the space lacks, and words without a
            piece, are left out.
        space: as in training.
        probes: as `train_probes` gives them.
        precision, emit: as in `pooled_vectors`.

    Returns:
        For each corpus, name of what was taken out -> (states, draws, sentences, 2) right words and words.
    """
    gold = np.concatenate([corpus.label_ids(space) for corpus in corpora])
    sentence = np.concatenate([np.repeat(np.arange(corpus.n_examples), np.diff(corpus.word_offsets))
                               for corpus in corpora])
    names, draws = list(probes[0]), len(probes[0][""])
    stacked = [_stacked(found, names) for found in probes]
    right = np.zeros((len(probes), len(names), draws, len(gold)), dtype=np.bool_)
    read = np.zeros(len(gold), dtype=np.bool_)

    def score(words: Sequence[Tensor], numbers: Integers) -> tuple[Integers, NDArray[np.bool_]]:
        labels = torch.from_numpy(gold[numbers])
        hits = []
        for state, (weights, bias) in zip(words, stacked, strict=True):
            logits = (state @ weights.to(state) + bias.to(state)).view(len(state), len(names), draws, -1)
            hits.append((logits.argmax(-1).cpu() == labels[:, None, None]).permute(1, 2, 0))
        return numbers, torch.stack(hits).numpy()

    for numbers, hits in over_word_states(model, corpora, score, precision=precision, emit=emit):
        right[..., numbers] = hits
        read[numbers] = True
    return _by_corpus(corpora, names, right, read & (gold >= 0), sentence)


def _stacked(found: Mapping[str, Sequence[LinearProbe]], names: Sequence[str]) -> tuple[Tensor, Tensor]:
    """All probes of a state as one matrix: names, draws and labels side by side."""
    probes = [probe for name in names for probe in found[name]]
    weights = np.concatenate([probe.weights for probe in probes], axis=1)
    bias = np.concatenate([probe.bias for probe in probes])
    return torch.from_numpy(weights).float(), torch.from_numpy(bias).float()


def _by_corpus(
    corpora: Sequence[EncodedCorpus], names: Sequence[str], right: NDArray[np.bool_], counted: NDArray[np.bool_],
    sentence: Integers,
) -> list[dict[str, NDArray[np.int64]]]:
    results, start = [], 0
    for corpus in corpora:
        part = slice(start, start + corpus.n_words)
        start = part.stop
        kept = np.flatnonzero(counted[part])
        rows = sentence[part][kept]
        words = np.bincount(rows, minlength=corpus.n_examples)
        counts = {}
        for number, name in enumerate(names):
            hits = right[:, number, :, part][..., kept]
            found = np.zeros((*hits.shape[:2], corpus.n_examples, 2), dtype=np.int64)
            for state, draw in np.ndindex(*hits.shape[:2]):
                found[state, draw, :, 0] = np.bincount(rows[hits[state, draw]], minlength=corpus.n_examples)
            found[..., 1] = words
            counts[name] = found
        results.append(counts)
    return results
