from __future__ import annotations

import numpy as np
import pytest
import torch

from sprachbund.evaluation.probes.states import over_word_states, pooled_vectors
from sprachbund.models.layer_states import LayerStates
from sprachbund.testing.toy_task import toy_corpus, toy_model


def states_of(fusion: dict[str, object], family: str) -> LayerStates:
    model = toy_model("sequence", fusion=fusion, family=family).eval()
    return LayerStates(model.encoder, model.fusion, model.layers).eval()


@pytest.mark.parametrize("family", ["bert", "modernbert"])  # packed, and run by transformers
def test_pooled_vectors_are_those_of_each_text_alone(family: str) -> None:
    model = states_of({"type": "dlfa", "layer": 1}, family)
    corpora = [toy_corpus(9, "sequence", language="en", family=family),
               toy_corpus(4, "sequence", language="de", seed=1, family=family)]
    found = np.full((4, 2, 13, 16), np.nan, dtype=np.float32)
    pooled_vectors(model, corpora, found, precision="fp32", batch_pieces=40)
    text = 0
    for corpus in corpora:
        for window in range(corpus.n_windows):
            row = slice(*corpus.window_offsets[window : window + 2])
            pieces = torch.tensor(corpus.piece_ids[row].astype(np.int64))[None]
            mask = torch.ones_like(pieces, dtype=torch.bool)
            with torch.inference_mode():
                states = model.encoder(pieces, mask, range(3))
                alone = [states.by_layer[layer] for layer in range(3)]
                alone.append(model.fusion([alone[2], alone[1]], mask))
            for number, state in enumerate(alone):
                assert found[number, 0, text] == pytest.approx(state[0].mean(0).numpy(), abs=2e-5)
                assert found[number, 1, text] == pytest.approx(state[0, 0].numpy(), abs=2e-5)
            text += 1


def test_threads_change_no_bit() -> None:
    model = states_of({"type": "last_layer"}, "bert")
    corpus = toy_corpus(120, "sequence")
    results = []
    before = torch.get_num_threads()
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            found = np.zeros((4, 2, 120, 16), dtype=np.float32)
            pooled_vectors(model, [corpus], found, precision="fp32", batch_pieces=60)
            results.append(found)
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(*results)


def test_each_word_is_read_once_and_progress_is_told() -> None:
    model = states_of({"type": "last_layer"}, "bert")
    corpora = [toy_corpus(30), toy_corpus(10, seed=3)]
    told: list[tuple[int, int]] = []
    seen: list[int] = []
    for numbers, shapes in over_word_states(model, corpora, lambda words, numbers: (
            numbers, {tuple(word.shape) for word in words}), batch_pieces=50, emit=lambda *one: told.append(one)):
        seen += numbers.tolist()
        assert shapes == {(len(numbers), 16)}
    assert sorted(seen) == list(range(sum(corpus.n_words for corpus in corpora)))
    assert told[-1] == (40, 40)
    assert len(told) > 3
