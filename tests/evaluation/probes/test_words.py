from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from sprachbund.evaluation.probes.discriminant import moments_of, train_probe
from sprachbund.evaluation.probes.nullspace import class_subspace, without
from sprachbund.evaluation.probes.states import over_word_states
from sprachbund.evaluation.probes.words import draw_of_words, label_hits, label_moments, train_probes
from sprachbund.models.layer_states import LayerStates
from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space


@pytest.fixture(scope="module")
def model() -> LayerStates:
    whole = toy_model(fusion={"type": "dlfa", "layer": 1}, seed=2).eval()
    return LayerStates(whole.encoder, whole.fusion, whole.layers).eval()


def word_states(model: LayerStates, corpus) -> np.ndarray:
    """(states, words, width) in the order of the corpus."""
    found = np.zeros((4, corpus.n_words, 16), dtype=np.float32)
    for numbers, states in over_word_states(model, [corpus], lambda words, numbers: (numbers, torch.stack(
            [word.clone() for word in words]).numpy())):
        found[:, numbers] = states
    return found


def test_moments_of_a_stream_are_those_of_all_its_states(model: LayerStates) -> None:
    corpus = toy_corpus(50)
    states, classes, parts = word_states(model, corpus), corpus.label_ids(toy_space()), draw_of_words(corpus, 2)
    found = label_moments(model, corpus, toy_space(), 2)
    for number in range(4):
        for draw in range(2):
            wanted = moments_of(states[number][parts == draw].astype(np.float64), classes[parts == draw], 2)
            for name in ("counts", "sums", "square"):
                assert getattr(found[number][draw], name) == pytest.approx(getattr(wanted, name), rel=1e-4, abs=1e-3)


def test_draws_share_no_sentence() -> None:
    corpus = toy_corpus(10)
    parts = draw_of_words(corpus, 3)
    for sentence in range(10):
        words = slice(*corpus.word_offsets[sentence : sentence + 2])
        assert set(parts[words].tolist()) == {sentence % 3}


def test_hits_are_those_of_probes_on_the_states_themselves(model: LayerStates) -> None:
    train, tests = toy_corpus(80), [toy_corpus(20, seed=1, language="de"), toy_corpus(7, seed=2, language="fr")]
    moments = label_moments(model, train, toy_space(), 2)
    bases = [{"labels": class_subspace(parts[0] + parts[1], 3)} for parts in moments]
    found = label_hits(model, tests, toy_space(), train_probes(moments, bases))
    for corpus, counts in zip(tests, found, strict=True):
        states, gold = word_states(model, corpus), corpus.label_ids(toy_space())
        sentence = np.repeat(np.arange(corpus.n_examples), np.diff(corpus.word_offsets))
        for number in range(4):
            for draw in range(2):
                for name, basis in {"": np.zeros((16, 0)), **bases[number]}.items():
                    probe = train_probe(moments[number][draw].projected(basis))
                    right = probe.classify(without(states[number], basis)) == gold
                    wanted = np.bincount(sentence[right], minlength=corpus.n_examples)
                    assert np.abs(counts[name][number, draw, :, 0] - wanted).sum() <= 1  # single precision at a border
                    assert counts[name][number, draw, :, 1].tolist() == np.diff(corpus.word_offsets).tolist()


def test_the_first_letter_is_told_and_not_once_it_is_taken_out(model: LayerStates) -> None:
    moments = label_moments(model, toy_corpus(300, max_words=6), toy_space(), 1)
    bases = [{"labels": class_subspace(parts[0], 14)} for parts in moments]
    (counts,) = label_hits(model, [toy_corpus(100, seed=4)], toy_space(), train_probes(moments, bases))
    before, after = (counts[name][0, 0].sum(0) for name in ("", "labels"))
    assert before[0] / before[1] > 0.85  # most words are told by their embeddings
    assert after[0] / after[1] < before[0] / before[1] - 0.05  # three words of four have the other label


def test_words_of_other_labels_are_left_out(model: LayerStates) -> None:
    corpus = toy_corpus(12)
    strange = replace(corpus, label_names=("V", "Z") if corpus.label_names[0] == "V" else ("Z", "V"))
    vowels = int((np.array(strange.label_names)[strange.gold_ids] == "V").sum())
    (counts,) = label_hits(model, [strange], toy_space(), train_probes(
        label_moments(model, toy_corpus(60), toy_space(), 1), [{}] * 4))
    assert counts[""][0, 0, :, 1].sum() == vowels
