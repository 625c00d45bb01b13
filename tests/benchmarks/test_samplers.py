from itertools import pairwise

import numpy as np
import pytest

from benchmarks.samplers import PEERS_ROWS, SAMPLERS
from sprachbund.batching.samplers import padding_share

BUDGET = 200


@pytest.fixture
def lengths():
    return np.random.default_rng(0).integers(3, 60, size=500)


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_every_window_stands_in_one_batch_within_the_budget(name, lengths):
    batches = SAMPLERS[name](lengths, BUDGET, 100, seed=3).epoch(0)
    assert sorted(np.concatenate(batches).tolist()) == list(range(500))
    if name != "random":  # as many rows in every batch, whatever their lengths
        assert max(len(batch) * lengths[batch].max() for batch in batches) <= BUDGET


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_the_seed_and_the_epoch_decide(name, lengths):
    def order(seed, epoch):
        return np.concatenate(SAMPLERS[name](lengths, BUDGET, 100, seed).epoch(epoch)).tolist()

    assert order(3, 0) == order(3, 0)
    assert order(3, 0) != order(4, 0)
    assert order(3, 0) != order(3, 1)


def test_random_batches_pad_most_and_sorted_ones_least(lengths):
    share = {name: padding_share(SAMPLERS[name](lengths, BUDGET, 100, seed=3).epoch(0), lengths) for name in SAMPLERS}
    assert share["sorted"] < share["window"] < share["random"]
    assert share["grouped"] < share["random"]


def test_a_window_longer_than_the_budget_stands_alone():
    batches = SAMPLERS["random_budget"](np.array([5, 500, 5]), BUDGET, 100, seed=0).epoch(0)
    assert [1] in [batch.tolist() for batch in batches]


def test_grouping_goes_from_long_to_short_within_a_group(lengths):
    batches = SAMPLERS["grouped"](lengths, BUDGET, 100, seed=3).epoch(0)
    size = PEERS_ROWS * (500 // (PEERS_ROWS * 4))
    longest = [int(lengths[batch].max()) for batch in batches]
    assert longest[0] == lengths.max()
    falls = [first >= second for first, second in pairwise(longest)]
    assert falls.count(False) == -(-500 // size) - 1


def test_the_largest_batch_comes_first(lengths):
    sizes = [len(batch) * lengths[batch].max() for batch in SAMPLERS["largest"](lengths, BUDGET, 100, seed=3).epoch(0)]
    assert sizes == sorted(sizes, reverse=True)
