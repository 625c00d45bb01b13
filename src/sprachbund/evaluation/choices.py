"""Scores of choices to the choice of each example."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from sprachbund.tokenization.ragged import Integers, offsets_of


class ChoiceResults:
    """The logit of every choice of some corpora, on its device until the end; then the best one of each example.

    Args:
        n_windows: choices of all corpora.
        where: device.
        counts: (examples,) choices of each example.
    """

    def __init__(self, n_windows: int, where: torch.device, counts: Integers) -> None:
        self._scores = torch.zeros(n_windows, dtype=torch.float32, device=where)
        self._counts = counts

    def put(self, outputs: torch.Tensor, logits: torch.Tensor) -> None:
        """Take the logits (outputs, 1) of windows with these numbers (outputs,)."""
        self._scores[outputs] = logits.float().squeeze(1)

    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """(examples,) index of the best choice, and its share of the softmax over the example's choices."""
        return best_choices(self._scores.cpu().numpy(), self._counts)


def best_choices(scores: NDArray[np.float32], counts: Integers) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The choice with the highest score of each example, the first of equals.

    Args:
        scores: (choices,) of all examples, one after another.
        counts: (examples,) choices of each, at least 1.

    Returns:
        (examples,) index of the choice from 0, and its probability: the softmax over the example's choices.

    >>> best_choices(np.array([1, 1, 0, 3, 3], dtype=np.float32), np.array([2, 3]))[0].tolist()
    [0, 1]
    """
    firsts, owners = offsets_of(counts)[:-1], np.repeat(np.arange(len(counts)), counts)
    highest = np.maximum.reduceat(scores, firsts)
    places = np.arange(len(scores)) - firsts[owners]
    candidates = np.where(scores == highest[owners], places, len(scores))
    shares = np.add.reduceat(np.exp(scores - highest[owners], dtype=np.float32), firsts)
    return np.minimum.reduceat(candidates, firsts).astype(np.int32), (1 / shares).astype(np.float32)
