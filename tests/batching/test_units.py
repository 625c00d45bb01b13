from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.batching.collate import WindowStream
from sprachbund.batching.units import units_of
from sprachbund.data.examples import ChoiceExample, Corpus
from sprachbund.data.labels import IGNORED, RIGHT, LabelSpace
from sprachbund.testing.toy_task import toy_corpus, toy_encoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus
from sprachbund.training.config import TrainingConfig
from sprachbund.training.data import training_data

SPACE = LabelSpace(kind="choice", labels=RIGHT)


def _corpus(counts: list[int], answers: list[int | None], language: str = "en") -> EncodedCorpus:
    words = ("cat", "open house", "river", "moon night dog", "pear", "queen")
    examples = [ChoiceExample(str(number), words[number % 6], "green", tuple(words[:count]), answer)
                for number, (count, answer) in enumerate(zip(counts, answers, strict=True))]
    return encode_corpus(Corpus("toy", language, "train", examples, language), toy_encoder().tokenizer, 64)


def test_windows_of_other_kinds_are_units_by_themselves() -> None:
    corpus = toy_corpus(9)
    units = units_of([corpus, corpus])
    assert units.lengths.tolist() == [*corpus.window_lengths.tolist()] * 2
    some = np.array([4, 17, 0])
    assert units.windows(some).tolist() == some.tolist()


def test_examples_of_choices_are_units_of_the_pieces_that_the_most_choices_take() -> None:
    corpus, other = _corpus([2, 4, 3], [0, 3, None]), _corpus([2], [1], "de")
    units = units_of([corpus, other])
    assert units.windows(np.array([1, 3, 0])).tolist() == [2, 3, 4, 5, 9, 10, 0, 1]
    longest = [int(corpus.window_lengths[a:b].max()) for a, b in ((0, 2), (2, 6), (6, 9))]
    assert units.lengths[:3].tolist() == [4 * length for length in longest]


def test_a_batch_knows_the_right_choice_of_every_example() -> None:
    corpus, other = _corpus([2, 4, 3], [0, 3, None]), _corpus([2], [1], "de")
    stream = WindowStream([corpus, other], [corpus.label_ids(SPACE), other.label_ids(SPACE)])
    batch = stream.batch(units_of([corpus, other]).windows(np.array([3, 1, 2, 0])))
    assert batch.words.tolist() == [1, 1, 1, 1, 2, 2, 2, 0, 0, 3, 3]
    assert batch.labels is not None
    assert batch.labels.tolist() == [0, 0, 0, 1, IGNORED, IGNORED, IGNORED, 1, 0, 0, 1]
    assert WindowStream([corpus]).batch(np.array([3])).words.tolist() == [1], "in prediction choices may be apart"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(2, 6), min_size=2, max_size=30), st.integers(1, 4), st.integers(0, 5))
def test_an_epoch_has_every_labelled_example_once_whole_and_within_the_budget(
    counts: list[int], labelled_every: int, seed: int
) -> None:
    answers = [0 if number % labelled_every == 0 else None for number in range(len(counts))]
    corpus = _corpus(counts, answers)
    data = training_data([corpus], SPACE, TrainingConfig(batch_pieces=120), seed, pin=False)
    seen: list[int] = []
    for chosen in data.sampler.epoch(0):
        batch = data.batch(chosen, 0)
        examples, sizes = np.unique(batch.words.numpy(), return_counts=True)
        assert sizes.tolist() == [counts[example] for example in examples.tolist()]
        assert batch.labels is not None
        assert batch.labels.numpy().sum() == len(examples), "one right choice an example"
        assert batch.mask.numel() <= 120 or len(examples) == 1
        seen += examples.tolist()
    assert sorted(seen) == [number for number, answer in enumerate(answers) if answer is not None]


def test_examples_left_out_and_examples_beyond_the_budget_are_told() -> None:
    notes = training_data([_corpus([2, 4, 3], [0, 3, None])], SPACE, TrainingConfig(batch_pieces=8), 1, pin=False).notes
    assert notes[0] == "1 of 3 training inputs have no label and are left out"
    assert notes[1].startswith("2 examples are longer than batch_pieces = 8")
    assert notes[1].endswith("or lower max_pieces to read long texts in part, which is counted")


def test_several_corpora_are_learnt_from_as_if_they_were_one() -> None:
    corpora = [_corpus([2, 4, 3], [0, 3, None]), _corpus([2, 2], [None, 1], "de")]
    data = training_data(corpora, SPACE, TrainingConfig(batch_pieces=4096), 1, pin=False)
    assert data.windows.tolist() == [0, 1, 4]
    (chosen,) = data.sampler.epoch(0)
    batch = data.batch(chosen, 0)
    assert sorted(batch.words.tolist()) == [0] * 2 + [1] * 4 + [4] * 2
    assert batch.labels is not None
    assert batch.labels.sum() == 3


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_batches(seed: int) -> None:
    corpus = _corpus([2, 3] * 10, [0, 1] * 10)
    one, other = (
        [data.batch(chosen, 0).words.tolist() for chosen in data.sampler.epoch(0)]
        for data in (training_data([corpus], SPACE, TrainingConfig(batch_pieces=100), seed, pin=False) for _ in "ab")
    )
    assert one == other
