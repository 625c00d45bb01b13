from __future__ import annotations

import gzip
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.batching.samplers import (
    TokenBudgetSampler,
    beyond_budget,
    cut_sorted,
    length_sorted_batches,
    padding_share,
)

lengths_strategy = st.lists(st.integers(1, 60), max_size=80).map(lambda values: np.array(values, dtype=np.int64))


def natural_lengths(count):
    """Lengths distributed like pieces of sentences: log-normal, median 20."""
    random = np.random.default_rng(0)
    return np.clip(np.exp(random.normal(3, 0.7, count)), 3, 200).astype(np.int64)


@settings(deadline=None)
@given(lengths_strategy, st.integers(1, 80), st.integers(1, 20), st.integers(0, 5))
def test_every_window_exactly_once_and_no_batch_over_budget(lengths, budget, shuffle_window, seed):
    batches = TokenBudgetSampler(lengths, budget, shuffle_window, seed).epoch(0)
    assert sorted(np.concatenate([[], *batches]).astype(int).tolist()) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * lengths[batch].max() <= budget


@settings(deadline=None)
@given(lengths_strategy, st.integers(1, 80))
def test_prediction_batches_hold_every_window_once_longest_first(lengths, budget):
    batches = length_sorted_batches(lengths, budget)
    order = np.concatenate([[], *batches]).astype(int)
    assert sorted(order.tolist()) == list(range(len(lengths)))
    assert (np.diff(lengths[order]) <= 0).all()


def test_same_seed_same_batches_other_seed_or_epoch_others():
    lengths = natural_lengths(300)
    first = TokenBudgetSampler(lengths, 200, 50, seed=1)
    as_lists = lambda batches: [batch.tolist() for batch in batches]  # noqa: E731
    assert as_lists(first.epoch(0)) == as_lists(TokenBudgetSampler(lengths, 200, 50, seed=1).epoch(0))
    assert as_lists(first.epoch(0)) != as_lists(first.epoch(1))
    assert as_lists(first.epoch(0)) != as_lists(TokenBudgetSampler(lengths, 200, 50, seed=2).epoch(0))


@pytest.mark.parametrize("epochs", [0.3, 1.0, 2.5, 3.0])
def test_resuming_at_a_position_gives_the_rest(epochs):
    sampler = TokenBudgetSampler(natural_lengths(200), 150, 40, seed=3)
    whole = list(sampler.batches(epochs))
    assert len(whole) == sampler.steps(epochs)
    for start in (0, 1, len(whole) // 2, len(whole) - 1, len(whole)):
        rest = list(sampler.batches(epochs, start))
        assert [b.tolist() for b in rest] == [b.tolist() for b in whole[start:]]


def test_half_an_epoch_has_half_the_batches():
    sampler = TokenBudgetSampler(natural_lengths(200), 150, 40, seed=3)
    assert sampler.steps(1.5) == len(sampler.epoch(0)) + -(-len(sampler.epoch(1)) // 2)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=9), st.integers(1, 20), st.integers(0, 12))
def test_cuts_are_the_cheapest_there_are(lengths, budget, cost):
    falling = np.array(sorted(lengths, reverse=True), dtype=np.int64)

    def price(batches):
        return sum(len(batch) * int(falling[batch].max()) + cost for batch in batches)

    def cheapest(start):
        if start == len(falling):
            return 0
        rows = max(1, budget // falling[start])
        return min(
            (stop - start) * falling[start] + cost + cheapest(stop)
            for stop in range(start + 1, min(start + rows, len(falling)) + 1)
        )

    assert price(cut_sorted(np.arange(len(falling)), falling, budget, cost)) == cheapest(0)


def test_batches_are_not_sorted_over_the_epoch():
    lengths = natural_lengths(2000)
    longest = [lengths[batch].max() for batch in TokenBudgetSampler(lengths, 300, 200, seed=0).epoch(0)]
    assert abs(np.corrcoef(longest, np.arange(len(longest)))[0, 1]) < 0.3


def test_padding_share_of_a_batch():
    assert padding_share([np.array([0, 1])], np.array([4, 2])) == 0.25
    assert padding_share([], np.array([4])) == 0.0


@pytest.mark.shared_data
def test_padding_on_real_lengths_is_below_five_percent(shared_data):
    """Sentence lengths of UD English EWT in words; with the pieces of the bundled tokenizer it is 4.4 %."""
    with gzip.open(shared_data / "ud_pos" / "en" / "train.conllu.gz", "rt", encoding="utf-8") as file:
        blocks = file.read().strip().split("\n\n")
    lengths = np.array([sum(line[:1].isdigit() for line in block.split("\n")) * 1.35 + 2 for block in blocks])
    sampler = TokenBudgetSampler(lengths.astype(np.int64), 750, 800, seed=1)
    assert len(lengths) == 12544
    assert padding_share(sampler.epoch(0), sampler.lengths) < 0.05


@pytest.mark.parametrize(("lengths", "told"), [
    ([], ""), ([3, 8], ""), ([3, 9], "1 window is longer than budget = 8 (the longest has 9 pieces) and cannot"),
    ([30, 9, 2], "2 windows are longer than budget = 8 (the longest has 30 pieces) and cannot"),
])
def test_windows_beyond_the_budget_are_told(lengths, told):
    assert beyond_budget(np.array(lengths, dtype=np.int64), 8, "budget").startswith(told)
    assert bool(told) == bool(beyond_budget(np.array(lengths, dtype=np.int64), 8))


def test_an_epoch_is_cut_once_to_count_its_batches_and_once_to_give_them(monkeypatch):
    sampler = TokenBudgetSampler(np.arange(1, 50), 100, 20, seed=1)
    cut = Mock(side_effect=sampler.epoch)
    monkeypatch.setattr(sampler, "epoch", cut)
    steps = sampler.steps(1.5)
    assert len(list(sampler.batches(1.5))) == steps == sampler.steps(1.5)
    assert [call.args[0] for call in cut.call_args_list] == [0, 1, 0, 1]
