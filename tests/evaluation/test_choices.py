from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.batching.collate import WindowStream
from sprachbund.data.examples import ChoiceExample, Corpus
from sprachbund.data.labels import RIGHT, LabelSpace
from sprachbund.evaluation.choices import best_choices
from sprachbund.evaluation.gates import GateSums
from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.score import RowDescription, check_labels, primary_score, score
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.testing.toy_task import toy_encoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus

SPACE = LabelSpace(kind="choice", labels=RIGHT)
DESCRIPTION = RowDescription(
    task="multiple_choice", encoder="toy", provenance="", fusion="last_layer", system="last layer", layers=(2,),
    gate="", intermediate=(), train_data="toy", train_examples=3, source="en", seed=1, run="", stage="s",
)


def _model(fusion: dict[str, Any] | None = None) -> TransferModel:
    head = HeadConfig(type="choice", n_labels=1, pooling="mean")
    return build_transfer_model(toy_encoder().encoder, fusion_config(fusion or {"type": "last_layer"}), head, 3).eval()


def _corpus(language: str, counts: list[int]) -> EncodedCorpus:
    words = ("cat", "open house", "river", "moon night dog green key", "pear", "queen")
    examples = [ChoiceExample(str(number), words[number % 6], "", tuple(words[:count]), number % count)
                for number, count in enumerate(counts)]
    return encode_corpus(Corpus("toy", language, "test", examples, language), toy_encoder().tokenizer, 64)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-3, 3), min_size=1, max_size=6), min_size=1, max_size=8))
def test_the_best_choice_and_its_share(scores: list[list[int]]) -> None:
    flat = np.array([score for one in scores for score in one], dtype=np.float32)
    chosen, confidence = best_choices(flat, np.array([len(one) for one in scores]))
    for one, place, share in zip(scores, chosen.tolist(), confidence.tolist(), strict=True):
        assert place == int(np.argmax(one)), "the first of equals"
        assert share == pytest.approx(np.exp(max(one)) / np.exp(one).sum(), rel=1e-5)


def test_logits_without_bound_stay_numbers() -> None:
    chosen, confidence = best_choices(np.array([1e30, -1e30, 500, 499], dtype=np.float32), np.array([2, 2]))
    assert chosen.tolist() == [0, 0]
    assert confidence[0] == 1
    assert np.isfinite(confidence).all()


def test_the_choices_of_many_corpora_are_read_in_any_batch() -> None:
    """Batches are cut by length, so an example's choices lie in several; every logit is that of its row alone."""
    model, corpora = _model(), [_corpus("en", [2, 4, 3, 2, 6]), _corpus("de", [2, 2])]
    wide = predict(model, corpora, SPACE, precision="fp32", batch_pieces=4096)
    narrow = predict(model, corpora, SPACE, precision="fp32", batch_pieces=16)
    for corpus, one, other in zip(corpora, wide, narrow, strict=True):
        np.testing.assert_array_equal(one.label_ids, other.label_ids)
        np.testing.assert_allclose(one.confidence, other.confidence, atol=1e-5)
        assert one.labels == corpus.choice_names
        assert (one.label_ids < corpus.choice_counts).all()
        one.check(corpus)
    with torch.no_grad():
        logits = model(WindowStream(corpora[:1]).batch(np.arange(corpora[0].n_windows)))[:, 0]
    expected, _ = best_choices(logits.numpy(), corpora[0].choice_counts)
    np.testing.assert_array_equal(wide[0].label_ids, expected)


def test_rows_count_right_choices_whatever_their_number_in_training() -> None:
    model, corpus = _model(), _corpus("de", [2, 4, 3, 2, 6])
    (given,) = predict(model, [corpus], SPACE, precision="fp32")
    check_labels(corpus, SPACE)  # the numbers of choices are no labels that training must have had
    (row,) = score(corpus, given, SPACE, ["accuracy"], "fail", DESCRIPTION)
    right = given.label_ids == corpus.label_ids(SPACE)
    assert row.counts.tolist() == [[int(each), 1] for each in right]
    assert (row.words.tolist(), row.unpredicted.tolist(), row.primary) == ([1] * 5, [0] * 5, True)
    assert primary_score(corpus, given, SPACE, "accuracy") == pytest.approx(100 * right.mean())


def test_a_gate_is_told_for_all_choices_together() -> None:
    model, corpora = _model({"type": "dlfa", "layer": 1}), [_corpus("en", [2, 4, 3]), _corpus("de", [2])]
    gates = GateSums(model, corpora)
    predict(model, corpora, SPACE, precision="fp32", gates=gates)
    rows = gates.rows("multiple_choice")
    assert [(row.language, row.label) for row in rows] == [("en", ""), ("de", "")]
    assert [row.words for row in rows] == [int(corpus.window_lengths.sum()) for corpus in corpora]
