from __future__ import annotations

import numpy as np
import pytest
import torch

from sprachbund.batching.collate import WindowStream
from sprachbund.core.errors import ModelError
from sprachbund.evaluation.gates import GateSums, logits_and_gate
from sprachbund.evaluation.predict import predict
from sprachbund.results.gates import GateRow
from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space

DLFA = {"type": "dlfa", "layer": 1}


def by_word(model, corpora, kind) -> dict[tuple[str, str], list[np.ndarray]]:
    """The gate at every word (every piece of a text), each sentence on its own."""
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for corpus in corpora:
        stream = WindowStream([corpus])
        for window in range(corpus.n_windows):
            batch = stream.batch(np.array([window]))
            with torch.inference_mode():
                gate = model.fusion.read_gate(model.states(batch), batch.mask)[0].double().numpy()
            if kind == "tokens":
                for word, place in zip(batch.words.tolist(), batch.word_positions.tolist(), strict=True):
                    label = corpus.label_names[corpus.gold_ids[word]]
                    found.setdefault((corpus.language, label), []).append(gate[place])
            else:
                label = corpus.label_names[corpus.gold_ids[corpus.window_examples[window]]]
                found.setdefault((corpus.language, label), []).extend(gate)
    return found


@pytest.mark.parametrize("kind", ["tokens", "sequence"])
def test_sums_of_a_stream_are_those_of_every_word_alone(kind: str) -> None:
    model = toy_model(kind, fusion=DLFA).eval()
    corpora = [toy_corpus(25, kind), toy_corpus(9, kind, language="de", seed=2)]
    sums = GateSums(model, corpora)
    predict(model, corpora, toy_space(kind), precision="fp32", batch_pieces=60, gates=sums)
    wanted, rows = by_word(model, corpora, kind), sums.rows("tagging")
    assert {(row.language, row.label): row.words for row in rows} == {key: len(one) for key, one in wanted.items()}
    for row in rows:
        gates = np.stack(wanted[row.language, row.label])
        assert row.mean == pytest.approx(gates.mean(0), abs=1e-4)
        assert row.variance == pytest.approx(gates.var(0), abs=1e-3)


def test_predictions_are_those_without_looking_at_the_gate() -> None:
    model, corpora = toy_model(fusion={**DLFA, "gate": "sigmoid"}).eval(), [toy_corpus(40)]
    (plain,) = predict(model, corpora, toy_space())
    (watched,) = predict(model, corpora, toy_space(), gates=GateSums(model, corpora))
    assert watched.label_ids.tolist() == plain.label_ids.tolist()
    assert watched.confidence == pytest.approx(plain.confidence, abs=1e-6)


def test_threads_change_no_sum() -> None:
    model, corpora = toy_model(fusion=DLFA).eval(), [toy_corpus(150)]
    results: list[list[GateRow]] = []
    before = torch.get_num_threads()
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            sums = GateSums(model, corpora)
            predict(model, corpora, toy_space(), precision="fp32", batch_pieces=60, gates=sums)
            results.append(sums.rows("tagging"))
    finally:
        torch.set_num_threads(before)
    for one, other in zip(*results, strict=True):
        assert np.array_equal(one.mean, other.mean)
        assert np.array_equal(one.variance, other.variance)


def test_a_fusion_without_a_gate() -> None:
    with pytest.raises(ModelError, match="the fusion last layer has no gate, so there are no gate statistics"):
        GateSums(toy_model(), [toy_corpus(2)])
    model = toy_model().eval()
    with pytest.raises(ModelError, match="has no gate"):
        logits_and_gate(model, WindowStream([toy_corpus(2)]).batch(np.array([0])))
