from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.errors import DataError
from sprachbund.data.labels import LabelSpace
from sprachbund.testing.toy_task import toy_corpus, toy_space
from sprachbund.training.config import BATCH_PIECES, LEAST_STEPS, SMALL_BATCH_PIECES, TrainingConfig
from sprachbund.training.data import LabelledCorpora, labelled_windows, training_data


def test_windows_without_a_label_are_left_out_and_told():
    corpus = toy_corpus(10)
    gold = corpus.gold_ids.copy()
    gold[: corpus.word_offsets[3]] = -1
    data = training_data([replace(corpus, gold_ids=gold)], toy_space(), TrainingConfig(), 1, pin=False)
    assert data.windows.tolist() == list(range(3, 10))
    assert data.notes == ("3 of 10 training inputs have no label and are left out",)
    every = np.concatenate(data.sampler.epoch(0))
    assert sorted(data.windows[every].tolist()) == list(range(3, 10))


def test_texts_without_a_label_are_left_out():
    corpus = toy_corpus(4, "sequence")
    assert labelled_windows(corpus, np.array([0, -100, 1, -100])).tolist() == [0, 2]


def test_no_label_at_all():
    space = LabelSpace(kind="tokens", labels=("X", "Y"))
    with pytest.raises(DataError, match=r"no item of toy en train has a label that .* knows \(X, Y\)\n.*column"):
        training_data([toy_corpus(3)], space, TrainingConfig(), 1, pin=False)


def test_corpora_are_learnt_from_as_if_they_were_one():
    first, second = toy_corpus(7), replace(toy_corpus(5), language="de", fingerprint="other")
    gold = second.gold_ids.copy()
    gold[slice(*second.word_offsets[1:3])] = -1  # its second example has no label
    second = replace(second, gold_ids=gold)
    both = LabelledCorpora((first, second), toy_space())
    data = both.batches(TrainingConfig(batch_pieces=40), 1, pin=False)
    assert data.windows.tolist() == [*range(7), 7, 9, 10, 11]
    assert data.notes == ("1 of 12 training inputs have no label and are left out",)
    batch = data.batch(np.array([7]), 0)  # the second corpus's first example
    (alone,) = [LabelledCorpora((second,), toy_space()).batches(TrainingConfig(), 1, pin=False).batch(np.array([0]), 0)]
    assert batch.piece_ids.tolist() == alone.piece_ids.tolist()
    assert batch.labels.tolist() == alone.labels.tolist()
    used = set(both.rows_in_use(2000).tolist())
    assert used == {*first.piece_ids.tolist(), *second.piece_ids.tolist(), first.pad_id}
    alike = LabelledCorpora((first,), toy_space()).identity()
    assert both.identity() != alike == LabelledCorpora((toy_corpus(7),), toy_space()).identity()


def test_a_corpus_without_any_label_that_is_known_is_named_among_several():
    space = LabelSpace(kind="tokens", labels=("X", "Y"))
    corpora = [replace(toy_corpus(3), label_names=("X",) * 9), replace(toy_corpus(3), language="de")]
    with pytest.raises(DataError, match="no item of toy de train has a label that the label space knows"):
        training_data(corpora, space, TrainingConfig(), 1, pin=False)


def test_the_seed_decides_the_order():
    orders = [
        [batch.tolist() for batch in training_data(
            [toy_corpus(30)], toy_space(), TrainingConfig(batch_pieces=40), seed, pin=False).sampler.epoch(0)]
        for seed in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2]


def test_windows_longer_than_a_batch_are_told_and_stand_alone():
    corpus = toy_corpus(20, max_words=12)
    longest = int(np.diff(corpus.window_offsets).max())
    data = training_data([corpus], toy_space(), TrainingConfig(batch_pieces=8), 1, pin=False)
    (note,) = data.notes
    assert f"are longer than batch_pieces = 8 (the longest has {longest} pieces)" in note
    assert "raise batch_pieces, or lower max_pieces" in note
    batches = data.sampler.epoch(0)
    assert sorted(np.concatenate(batches).tolist()) == list(range(20))
    assert all(len(batch) == 1 for batch in batches if data.sampler.lengths[batch].max() > 8)


def test_a_short_training_gets_smaller_batches_unless_told():
    corpus = toy_corpus(30)
    for told, budget in ((None, SMALL_BATCH_PIECES), (40, 40)):
        data = training_data([corpus], toy_space(), TrainingConfig(batch_pieces=told), 1, pin=False)
        assert data.sampler.batch_pieces == budget


@given(pieces=st.integers(1, 10_000_000), epochs=st.floats(0.1, 20))
def test_a_budget_leaves_enough_steps_or_is_the_smallest(pieces, epochs):
    budget = TrainingConfig(epochs=epochs).budget(pieces)
    assert SMALL_BATCH_PIECES <= budget <= BATCH_PIECES
    assert budget == SMALL_BATCH_PIECES or pieces * epochs / budget >= LEAST_STEPS
