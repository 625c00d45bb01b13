from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForTokenClassification

from sprachbund.core.errors import DataError, ModelError
from sprachbund.data.examples import Corpus, TokenExample
from sprachbund.evaluation.predict import predict
from sprachbund.models import precision
from sprachbund.models.foreign import ForeignClassifier
from sprachbund.testing.toy_task import toy_corpus, toy_encoder, toy_model, toy_space
from sprachbund.tokenization.encoded_corpus import encode_corpus


def one_by_one(model, corpus):
    """Predict without padding, batches or sorting: the reference."""
    model.eval()
    label_ids = np.full(corpus.n_words, -1)
    for window in range(corpus.n_windows):
        row = slice(*corpus.window_offsets[window : window + 2])
        pieces = torch.tensor(corpus.piece_ids[row].astype(np.int64))[None]
        reads = slice(*corpus.read_offsets[window : window + 2])
        with torch.no_grad():
            state = model.fused(pieces, torch.ones_like(pieces, dtype=torch.bool))
            if corpus.kind == "tokens":
                positions = torch.tensor(corpus.read_positions[reads].astype(np.int64))
                label_ids[corpus.read_words[reads]] = model.head(state, pieces > -1, positions).argmax(-1).numpy()
            else:
                label_ids[corpus.window_examples[window]] = int(model.head(state, pieces > -1, None).argmax())
    return label_ids.tolist()


@pytest.mark.parametrize("kind", ["tokens", "sequence"])
def test_languages_in_one_stream_equal_each_text_alone(kind):
    model = toy_model(kind, seed=3)
    sizes = {"en": 17, "de": 5, "fr": 1}
    corpora = [toy_corpus(n, kind, language=language, seed=n) for language, n in sizes.items()]
    results = predict(model, corpora, toy_space(kind), precision="fp32", batch_pieces=50)
    assert [result.language for result in results] == ["en", "de", "fr"]
    for result, corpus in zip(results, corpora, strict=True):
        assert result.label_ids.tolist() == one_by_one(model, corpus)
        assert ((result.confidence >= 0.5) & (result.confidence <= 1)).all()
        assert len(result.by_example(corpus)) == corpus.n_examples


def test_words_read_through_windows_are_each_predicted_once():
    corpus = toy_corpus(4, max_pieces=8, max_words=40)
    assert corpus.n_windows > corpus.n_examples
    model = toy_model(seed=3)
    (result,) = predict(model, [corpus], toy_space(), precision="fp32")
    assert result.label_ids.tolist() == one_by_one(model, corpus)


def test_a_word_without_a_piece_has_no_prediction():
    tokenizer = toy_encoder().tokenizer
    corpus = encode_corpus(Corpus("toy", "en", "test", [TokenExample("1", ("cat", "", "dog"))], "f"), tokenizer, 64)
    (result,) = predict(toy_model(), [corpus], toy_space())
    assert result.label_ids[1] == -1
    assert result.confidence[1] == 0
    assert result.by_example(corpus)[0][1] is None


def test_training_mode_and_gradients_are_left_as_they_were():
    model = toy_model().train()
    (first,) = predict(model, [toy_corpus(5)], toy_space())
    (second,) = predict(model, [toy_corpus(5)], toy_space())
    assert model.training
    assert first.confidence.tolist() == second.confidence.tolist()  # no dropout
    assert all(not parameter.is_inference() for parameter in model.parameters())


def test_progress_counts_windows():
    seen = []
    predict(toy_model(), [toy_corpus(20)], toy_space(), batch_pieces=40, emit=lambda *one: seen.append(one))
    assert seen[-1] == (20, 20)
    assert len(seen) > 3


def test_a_corpus_of_another_model():
    corpus = toy_corpus(2)
    foreign = replace(corpus, piece_ids=corpus.piece_ids + 100_000)
    with pytest.raises(DataError, match=r"en train holds the piece 10\d+, but the model knows \d+ pieces.*\n.*encode"):
        predict(toy_model(), [foreign], toy_space())


def test_a_classifier_of_somebody_else():
    bert = BertConfig(vocab_size=50, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
                      num_labels=2)
    model, corpus = ForeignClassifier(BertForTokenClassification(bert), "tokens"), toy_corpus(3)
    with pytest.raises(DataError, match="but the model knows 50 pieces"):
        predict(model, [corpus], toy_space())
    (result,) = predict(model, [replace(corpus, piece_ids=corpus.piece_ids % 50)], toy_space())
    assert (result.label_ids >= 0).all()


def test_a_label_space_of_another_model():
    space = toy_space().model_copy(update={"labels": ("A", "B", "C")})
    with pytest.raises(ModelError, match="the model's head has 2 labels, the label space 3"):
        predict(toy_model(), [toy_corpus(2)], space)


def test_a_budget_below_the_longest_sentence_is_told_once_and_changes_no_result():
    corpus, model, told = toy_corpus(12, max_words=20), toy_model(seed=3), []
    longest = int(np.diff(corpus.window_offsets).max())
    (result,) = predict(model, [corpus], toy_space(), precision="fp32", batch_pieces=10, tell=told.append)
    assert result.label_ids.tolist() == one_by_one(model, corpus)
    (note,) = told
    assert f"longer than batch_pieces = 10 (the longest has {longest} pieces)" in note


def test_bf16_that_is_not_to_be_had_is_told(monkeypatch):
    monkeypatch.setattr(precision, "has_bf16", lambda device: False)
    told = []
    predict(toy_model(), [toy_corpus(2)], toy_space(), precision="bf16", tell=told.append)
    assert told == ["this cpu has no bf16 arithmetic: fp32 is used"]
    predict(toy_model(), [toy_corpus(2)], toy_space(), precision="auto", tell=told.append)
    assert len(told) == 1
