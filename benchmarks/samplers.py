"""Other orders of the data, in the place of our sampler, so that the engine is the same and the batches differ."""

from __future__ import annotations

import numpy as np

from sprachbund.batching.samplers import STEP_COST, TokenBudgetSampler, cut_sorted
from sprachbund.core.seeds import derive_seed
from sprachbund.tokenization.ragged import Integers

PEERS_ROWS, PEERS_GROUPS = 32, 50
"""The peers' batch size, and how many batches their grouping sorts together."""


class RandomSampler(TokenBudgetSampler):
    """Random batches: sentences in random order, in as many batches as ours, of as many sentences each as can be."""

    def epoch(self, number: int) -> list[Integers]:
        """Batches of an epoch; see `TokenBudgetSampler.epoch`."""
        order = _random(self, number).permutation(len(self.lengths))
        return list(np.array_split(order, len(super().epoch(number))))


class RandomBudgetSampler(TokenBudgetSampler):
    """Random batches within the token budget: sentences in random order, a new batch where the next does not fit."""

    def epoch(self, number: int) -> list[Integers]:
        """Batches of an epoch; see `TokenBudgetSampler.epoch`."""
        order = _random(self, number).permutation(len(self.lengths))
        batches, start, longest = [], 0, 0
        for stop, length in enumerate(self.lengths[order].tolist()):
            longest = max(longest, length)
            if stop > start and (stop - start + 1) * longest > self.batch_pieces:
                batches.append(order[start:stop])
                start, longest = stop, length
        return [*batches, order[start:]]


class SortedSampler(TokenBudgetSampler):
    """All sentences sorted by length, cut by our rule, batches in random order."""

    def epoch(self, number: int) -> list[Integers]:
        """Batches of an epoch; see `TokenBudgetSampler.epoch`."""
        random = _random(self, number)
        order = random.permutation(len(self.lengths))
        order = order[np.argsort(-self.lengths[order], kind="stable")]
        batches = cut_sorted(order, self.lengths, self.batch_pieces, STEP_COST)
        return [batches[i] for i in random.permutation(len(batches))]


class GroupedSampler(TokenBudgetSampler):
    """As transformers' `group_by_length`: groups of 50 batches of 32, each sorted, longest first, and left in that
    order; the longest sentence of all comes first. Cut by our rule, so that the token budget is the same."""

    def epoch(self, number: int) -> list[Integers]:
        """Batches of an epoch; see `TokenBudgetSampler.epoch`."""
        order = _random(self, number).permutation(len(self.lengths))
        size = PEERS_ROWS * max(1, min(len(order) // (PEERS_ROWS * 4), PEERS_GROUPS))
        longest = int(np.argmax(self.lengths[order]))
        order[[0, longest]] = order[[longest, 0]]
        batches: list[Integers] = []
        for start in range(0, len(order), size):
            group = order[start : start + size]
            group = group[np.argsort(-self.lengths[group], kind="stable")]
            batches += cut_sorted(group, self.lengths, self.batch_pieces, STEP_COST)
        return batches


class LargestFirstSampler(TokenBudgetSampler):
    """Our own batches, the largest first, so that the first steps reach the peak of memory."""

    def epoch(self, number: int) -> list[Integers]:
        """Batches of an epoch; see `TokenBudgetSampler.epoch`."""
        return sorted(super().epoch(number), key=lambda batch: -len(batch) * int(self.lengths[batch].max()))


class FilledSampler(TokenBudgetSampler):
    """Our own batches, cut as if a step cost a quarter of the budget beside its pieces: larger ones, more padding."""

    def epoch(self, number: int) -> list[Integers]:
        """Batches of an epoch; see `TokenBudgetSampler.epoch`."""
        random = _random(self, number)
        order = random.permutation(len(self.lengths))
        batches: list[Integers] = []
        for start in range(0, len(order), self.shuffle_window):
            group = order[start : start + self.shuffle_window]
            group = group[np.argsort(-self.lengths[group], kind="stable")]
            batches += cut_sorted(group, self.lengths, self.batch_pieces, max(STEP_COST, self.batch_pieces // 4))
        return [batches[i] for i in random.permutation(len(batches))]


SAMPLERS: dict[str, type[TokenBudgetSampler]] = {
    "window": TokenBudgetSampler, "random": RandomSampler, "random_budget": RandomBudgetSampler,
    "grouped": GroupedSampler, "sorted": SortedSampler, "largest": LargestFirstSampler, "filled": FilledSampler,
}
"""Name -> sampler. "window" is ours: sorted within a small shuffle window, batches in random order."""


def _random(sampler: TokenBudgetSampler, number: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(derive_seed(sampler.seed, "batches", number)))
