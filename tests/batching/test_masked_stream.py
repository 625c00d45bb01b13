from __future__ import annotations

import numpy as np
import pytest
import torch

from sprachbund.batching.masked_stream import MaskedStream
from sprachbund.testing.toy_task import toy_encoder
from sprachbund.testing.toy_text import toy_text
from sprachbund.tokenization.masking import Masker, MaskingConfig


@pytest.fixture
def stream(tmp_path):
    texts = tuple(toy_text(tmp_path / code, 20, language=code, seed=seed) for seed, code in enumerate(("en", "de")))
    tokenizer = toy_encoder().tokenizer
    masker = Masker.of(MaskingConfig(rate=0.5), tokenizer, np.arange(tokenizer.vocabulary_size))
    return MaskedStream(texts, masker)


def test_rows_are_the_windows_and_labels_what_was_hidden(stream):
    windows = np.array([25, 3, 0, 39, 3])  # of both texts, in any order, one twice
    batch = stream.batch(windows, np.random.default_rng(0))
    true = batch.piece_ids.flatten().clone()
    true[batch.word_positions] = batch.labels
    rows = true.view(batch.piece_ids.shape)
    for row, window in enumerate(windows.tolist()):
        text, number = stream.texts[window >= 20], window % 20
        expected = text.piece_ids[text.window_offsets[number] : text.window_offsets[number + 1]].tolist()
        assert rows[row][batch.mask[row]].tolist() == expected
        assert (batch.piece_ids[row][~batch.mask[row]] == text.pad_id).all()
    assert batch.mask.flatten()[batch.word_positions].all()
    assert not stream.masker.special[batch.labels.numpy()].any()
    assert batch.type_ids is None
    assert len(batch.labels) > 0


def test_held_out_windows_are_apart(stream):
    trained, held = stream.windows(held_out=False), stream.windows(held_out=True)
    assert sorted([*trained.tolist(), *held.tolist()]) == list(range(40))
    assert any(held < 20)
    assert any(held >= 20)


def test_the_numbers_decide_what_is_hidden(stream):
    windows = np.arange(8)
    one, same, other = (stream.batch(windows, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.piece_ids, same.piece_ids)
    assert torch.equal(one.word_positions, same.word_positions)
    assert not torch.equal(one.piece_ids, other.piece_ids)
