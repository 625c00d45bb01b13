from __future__ import annotations

import math
from collections import Counter
from contextlib import contextmanager

import pytest
import torch

from sprachbund.batching.masked_stream import MaskedStream
from sprachbund.evaluation import masked_language
from sprachbund.evaluation.masked_language import held_out_guesses, loss_by_frequency
from sprachbund.testing.toy_text import toy_masked_model, toy_text


@contextmanager
def threads(count):
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def measured(tmp_path):
    texts = tuple(toy_text(tmp_path / code, 30, language=code, held_out=share)
                  for code, share in (("en", 0.5), ("de", 0.0)))
    opened, data = toy_masked_model(texts)
    return opened, MaskedStream(texts, data.masker)


def brute_force(opened, stream):
    """Negative log likelihoods of every piece that can be hidden of the held-out windows, one at a time."""
    found = []
    text = stream.texts[0]
    opened.model.eval()
    for window in text.windows(held_out=True).tolist():
        ids = torch.tensor(text.piece_ids[text.window_offsets[window] : text.window_offsets[window + 1]].tolist())
        for place in range(len(ids)):
            if stream.masker.special[int(ids[place])]:
                continue
            shown = ids.clone()[None]
            shown[0, place] = stream.masker.mask_id
            mask = torch.ones_like(shown, dtype=torch.bool)
            with torch.no_grad():
                state = opened.model.fused(shown, mask)
                logits = opened.head(state, mask, torch.tensor([place]))
            found.append(-float(logits.log_softmax(1)[0, opened.head.numbers[ids[place]]]))
    return found


def test_pseudo_perplexity_hides_one_piece_at_a_time(measured):
    opened, stream = measured
    english, german = held_out_guesses(opened.model, stream, precision="fp32", seed=1)
    expected = brute_force(opened, stream)
    assert german is None  # nothing of it is held out
    assert english.alone == len(expected)
    assert english.pseudo_loss == pytest.approx(sum(expected) / len(expected), abs=1e-5)


def test_the_loss_by_frequency_is_that_of_counts(measured):
    opened, stream = measured
    english, german = loss_by_frequency(stream, len(opened.head.rows))
    counts, held = Counter(), []
    for text in stream.texts:
        for number, is_held in enumerate(text.held_out.tolist()):
            ids = text.piece_ids[text.window_offsets[number] : text.window_offsets[number + 1]].tolist()
            kept = [piece for piece in ids if not stream.masker.special[piece]]
            held += kept if is_held else []
            counts.update([] if is_held else kept)
    total = counts.total() + len(opened.head.rows)
    assert english == pytest.approx(-sum(math.log((counts[piece] + 1) / total) for piece in held) / len(held))
    assert german is None


def test_no_more_is_read_than_agreed(measured, monkeypatch):
    opened, stream = measured
    whole, _ = held_out_guesses(opened.model, stream, precision="fp32", seed=1)
    monkeypatch.setattr(masked_language, "PSEUDO_PIECES", 2000)
    part, _ = held_out_guesses(opened.model, stream, precision="fp32", seed=1)
    monkeypatch.setattr(masked_language, "PSEUDO_PIECES", 0)
    least, _ = held_out_guesses(opened.model, stream, precision="fp32", seed=1)
    assert 0 < least.alone < part.alone < whole.alone
    assert part.loss == whole.loss


def test_the_same_pieces_are_hidden_every_time_whatever_the_threads(measured):
    opened, stream = measured
    opened.model.train()
    with threads(1):
        one = held_out_guesses(opened.model, stream, precision="fp32", seed=1)
        other = held_out_guesses(opened.model, stream, precision="fp32", seed=2)
    with threads(2):
        same = held_out_guesses(opened.model, stream, precision="fp32", seed=1)
    assert one == same
    assert one[0].loss != other[0].loss
    assert one[0].pseudo_loss == other[0].pseudo_loss
    assert opened.model.training
    assert one[0].loss == pytest.approx(math.log(len(opened.head.rows)), abs=0.7)  # nothing is learnt yet
