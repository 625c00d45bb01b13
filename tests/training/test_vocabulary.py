from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space
from sprachbund.training.config import TrainingConfig
from sprachbund.training.data import LabelledCorpora, rows_in_use
from sprachbund.training.engine import train
from sprachbund.training.vocabulary import TrimmedVocabulary, can_be_trimmed, trimmed

USED = np.array([1, 4, 6])


def embedding(padding_idx=None):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Embedding(9, 3, padding_idx=padding_idx)


def trained(trim, family="bert", **settings):
    model = toy_model(family=family)
    config = TrainingConfig(batch_pieces=60, trim_vocabulary=trim, epochs=2, threads=1, precision="fp32", **settings)
    train(model, toy_corpus(40, family=family), toy_space(), config, seed=1)
    return {name: value.detach().clone() for name, value in model.named_parameters()}


def test_the_small_matrix_gives_the_same_vectors_for_true_ids():
    layer, full = embedding(), embedding()
    vocabulary = TrimmedVocabulary(layer, USED)
    assert layer.weight.shape == (3, 3)
    assert torch.equal(layer(torch.tensor([[6, 1]])), full(torch.tensor([[6, 1]])))
    vocabulary.close()
    assert torch.equal(layer.weight, full.weight)
    assert torch.equal(layer(torch.tensor([8])), full(torch.tensor([8])))


def test_a_piece_that_was_not_announced_is_refused():
    layer = embedding()
    TrimmedVocabulary(layer, USED)
    with pytest.raises(IndexError):
        layer(torch.tensor([5]))


def test_changes_are_written_back_and_other_rows_stay():
    layer, full = embedding(), embedding()
    parameter = layer.weight
    vocabulary = TrimmedVocabulary(layer, USED)
    with torch.no_grad():
        layer.weight += 1
    with vocabulary.suspended():
        assert layer.weight is parameter
        assert torch.equal(layer(torch.tensor([4, 5])), full(torch.tensor([4, 5])) + torch.tensor([[1.0], [0.0]]))
    assert layer.weight is vocabulary.small
    vocabulary.close()
    assert layer.weight is parameter


@pytest.mark.parametrize("padding_idx", [1, 2])
def test_the_padding_row_still_has_no_gradient(padding_idx):
    layer = embedding(padding_idx)
    vocabulary = TrimmedVocabulary(layer, USED)
    layer(torch.tensor([1, 4])).sum().backward()
    assert layer.weight.grad.tolist() == [[float(padding_idx != 1)] * 3, [1.0] * 3, [0.0] * 3]
    vocabulary.close()
    assert layer.padding_idx == padding_idx


def test_what_must_not_be_trimmed():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = embedding()
            self.output = nn.Linear(3, 9, bias=False)

    model = Tied()
    assert can_be_trimmed(model, model.words)
    model.output.weight = model.words.weight
    assert not can_be_trimmed(model, model.words)
    frozen = Tied()
    frozen.words.weight.requires_grad_(False)
    assert not can_be_trimmed(frozen, frozen.words)
    with trimmed(toy_model().requires_grad_(False), LabelledCorpora((toy_corpus(2),), toy_space())) as vocabulary:
        assert vocabulary is None


def test_rows_in_use_hold_the_padding_piece():
    corpus = toy_corpus(3)
    assert set(rows_in_use([corpus], 2000)) == {*corpus.piece_ids.tolist(), corpus.pad_id}


@pytest.mark.parametrize("family", ["bert", "xlm_roberta", "deberta_v2"])
def test_trimmed_training_equals_full_training_bit_for_bit(family):
    """No gradient is clipped here: the norms of a large and a small matrix are added in another order."""
    full, small = trained(False, family, clip_norm=1e6), trained(True, family, clip_norm=1e6)
    for name, value in full.items():
        assert torch.equal(small[name], value), name


def test_trimmed_training_equals_full_training_with_clipping():
    full, small = trained(False, clip_norm=0.5), trained(True, clip_norm=0.5)
    for name, value in full.items():
        torch.testing.assert_close(small[name], value, rtol=0, atol=1e-6)


def test_training_changes_rows_in_use_only():
    before = toy_model().encoder.word_embeddings.weight.detach().clone()
    after = trained(True)["encoder.model.embeddings.word_embeddings.weight"]
    used = rows_in_use([toy_corpus(40)], len(before))
    changed = (after != before).any(1).nonzero().flatten().tolist()
    assert set(changed) <= set(used.tolist())
    assert len(changed) >= 20
