from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from sprachbund.batching.batch import Batch
from sprachbund.models.heads.masked_token import MaskedToken

ROWS = torch.tensor([1, 4, 6, 7])


def head_and_embedding(width=8, inner=8):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        embedding = nn.Embedding(9, inner)
        return MaskedToken(embedding, width, ROWS), embedding


def batch(labels):
    empty = torch.zeros(0, dtype=torch.long)
    mask = torch.ones(2, 5, dtype=torch.bool)
    return Batch(torch.zeros(2, 5, dtype=torch.long), mask, None, torch.tensor([0, 6, 9]), torch.tensor(labels), empty,
                 empty)


def test_logits_are_those_of_the_embeddings_read_backwards():
    head, embedding = head_and_embedding()
    with torch.no_grad():
        head.bias.uniform_()
    state = torch.randn(2, 5, 8)
    one = batch([4, 1, 7])
    logits = head(state, one.mask, one.word_positions)
    hidden = F.layer_norm(F.gelu(state.view(10, 8)[[0, 6, 9]] @ head.dense.weight.T), (8,), eps=1e-12)
    torch.testing.assert_close(logits, hidden @ embedding.weight[ROWS].T + head.bias[ROWS])
    expected = F.cross_entropy(logits, torch.tensor([1, 0, 3]))
    torch.testing.assert_close(head.loss(logits, one), expected)
    assert head(state, one.mask, None).shape == (10, 4)


def test_the_matrix_belongs_to_the_encoder():
    head, embedding = head_and_embedding()
    assert {name for name, _ in head.named_parameters()} == {"dense.weight", "dense.bias", "norm.weight", "norm.bias",
                                                             "bias"}
    assert set(head.state_dict()) == {name for name, _ in head.named_parameters()}
    state, one = torch.randn(2, 5, 8), batch([4, 1, 7])
    head.loss(head(state, one.mask, one.word_positions), one).backward()
    moved = embedding.weight.grad.abs().sum(1) > 0
    assert moved.nonzero().flatten().tolist() == ROWS.tolist()  # of the output vocabulary every row, and no other
    assert (head.bias.grad != 0).nonzero().flatten().tolist() == ROWS.tolist()


def test_a_trimmed_matrix_gives_the_same():
    head, embedding = head_and_embedding()
    state, one = torch.randn(2, 5, 8), batch([4, 1, 7])
    whole = head(state, one.mask, one.word_positions)
    embedding.weight = nn.Parameter(embedding.weight.detach()[ROWS])
    assert torch.equal(head(state, one.mask, one.word_positions), whole)


def test_embeddings_may_be_narrower_than_states():
    head, _ = head_and_embedding(width=8, inner=4)
    one = batch([4, 1, 7])
    assert head(torch.randn(2, 5, 8), one.mask, one.word_positions).shape == (3, 4)


def test_a_piece_outside_of_the_output_vocabulary_is_refused():
    head, _ = head_and_embedding()
    with pytest.raises(ValueError, match="not in the output vocabulary"):
        head.targets(batch([4, 2, 7]))
    with pytest.raises(ValueError, match="has no labels"):
        head.targets(replace(batch([4]), labels=None))
    nothing = batch([])
    nothing = replace(nothing, word_positions=torch.zeros(0, dtype=torch.long), labels=torch.zeros(0, dtype=torch.long))
    loss = head.loss(head(torch.randn(2, 5, 8), nothing.mask, nothing.word_positions), nothing)
    assert float(loss.detach()) == 0.0
