from __future__ import annotations

from collections import Counter
from functools import cache
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import DataError, FormatError
from sprachbund.models.encoders.opening import open_tokenizer
from sprachbund.testing.sentences import SENTENCES
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.tokenization import piece_text
from sprachbund.tokenization.piece_text import PieceText, cut_evenly, write_piece_text

ENGLISH = SENTENCES["en"]


@cache
def tokenizer(family: str = "xlm_roberta"):
    return open_tokenizer(str(make_tiny_encoder(mkdtemp(prefix="sprachbund-pieces-"), family, layers=1, width=4)))


def written(folder, texts, *, max_pieces=32, packed=False, held_out=0.0, family="xlm_roberta", notes=None):
    facts = {"name": "toy", "language": "en", "fingerprint": "f", "spaced": True}
    write_piece_text(iter(texts), tokenizer(family), folder, facts, Counter() if notes is None else notes,
                     max_pieces=max_pieces, packed=packed, held_out=held_out)
    return PieceText.load(folder)


def windows_of(text, *, held_out=None):
    return [text.piece_ids[a:b].tolist() for (a, b), held in
            zip(zip(text.window_offsets[:-1], text.window_offsets[1:], strict=True), text.held_out, strict=True)
            if held_out in (None, bool(held))]


def pieces_of(texts, family="xlm_roberta"):
    return [encoding.ids for encoding in
            tokenizer(family).tokenizer.encode_batch(list(texts), add_special_tokens=False)]


@given(texts=st.lists(st.text("abc dé中ß.", min_size=1, max_size=60), min_size=1, max_size=30),
       max_pieces=st.integers(3, 20), packed=st.booleans(), share=st.sampled_from([0.0, 0.5]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_every_piece_stands_in_one_window_and_in_order(tmp_path, texts, max_pieces, packed, share):
    texts = ["always", *(text for text in texts if text.strip())]
    text = written(tmp_path, texts, max_pieces=max_pieces, packed=packed, held_out=share)
    assert (text.texts, int(text.window_lengths.max()) <= max_pieces) == (len(texts), True)
    vocabulary = tokenizer().tokenizer
    special = {vocabulary.token_to_id(name) for name in ("<s>", "</s>")}
    for held in (False, True):
        inside = [window[1:-1] for window in windows_of(text, held_out=held)]
        assert all(window[0] in special and window[-1] in special for window in windows_of(text, held_out=held))
        found = [piece for window in inside for piece in window if piece not in special]
        choice = piece_text._HeldOut(share)
        expected = [one for one in texts if choice(one) == held]
        assert found == [piece for ids in pieces_of(expected) for piece in ids]


def test_long_texts_are_cut_evenly(tmp_path):
    text = written(tmp_path, [" ".join(ENGLISH)], max_pieces=20)
    lengths = text.window_lengths
    assert len(lengths) > 2
    assert lengths.max() - lengths.min() <= 1


def test_packed_windows_are_full_and_texts_parted(tmp_path):
    text = written(tmp_path, ENGLISH, max_pieces=20, packed=True)
    assert (text.window_lengths[:-1] == 20).all()
    end = tokenizer().tokenizer.token_to_id("</s>")
    joined = [piece for window in windows_of(text) for piece in window[1:-1]]
    assert joined.count(end) == len(ENGLISH) - 1
    assert joined[: joined.index(end)] == pieces_of(ENGLISH)[0]


def test_equal_texts_stand_on_one_side_whatever_their_order(tmp_path):
    many = [f"sentence {number % 97}" for number in range(400)]
    first, second = (written(tmp_path / name, texts, held_out=0.2)
                     for name, texts in (("a", many), ("b", sorted(many, reverse=True))))
    held = {tuple(window) for window in windows_of(first, held_out=True)}
    trained = {tuple(window) for window in windows_of(first, held_out=False)}
    assert held
    assert not held & trained
    assert {tuple(window) for window in windows_of(second, held_out=True)} == held
    assert first.held_out_texts == second.held_out_texts == first.held_out.sum()


def test_no_more_are_held_out_than_can_be_of_use(tmp_path, monkeypatch):
    monkeypatch.setattr(piece_text, "HELD_OUT_TEXTS", 5)
    text = written(tmp_path, [f"sentence {number}" for number in range(300)] * 2, held_out=0.5)
    assert text.held_out_texts == 10  # five different ones, twice


def test_memory_is_bounded_by_chunks_and_long_lines_are_cut_without_loss(tmp_path, monkeypatch):
    monkeypatch.setattr(piece_text, "_CHARACTERS", 50)
    monkeypatch.setattr(piece_text, "_LONGEST", 30)
    one = " ".join(["apple", "boat", "cat"] * 20)
    calls = []
    chunks = piece_text._chunks(iter([one]), piece_text._HeldOut(0.0), Counter())
    for chunk in chunks:
        assert sum(len(part) for part, _ in chunk) <= 80
        calls += [part for part, _ in chunk]
    assert "".join(calls) == one
    assert all(part.startswith(" ") for part in calls[1:])
    assert list(piece_text._cut("x" * 70)) == ["x" * 30, "x" * 30, "x" * 10]


def test_texts_without_pieces_are_counted(tmp_path):
    notes = Counter()
    text = written(tmp_path, ["\u00ad", "good"], family="bert", notes=notes)
    assert (len(text.held_out), text.texts, text.notes) == (1, 2, {"texts_without_pieces": 1})


def test_a_text_of_nothing(tmp_path):
    with pytest.raises(DataError, match=r"toy en holds no text\n.*check the file"):
        written(tmp_path, [])
    with pytest.raises(DataError, match="max_pieces is 2, but the special pieces alone take 2"):
        written(tmp_path, ["x"], max_pieces=2)


def test_folders_that_are_no_text(tmp_path):
    text = written(tmp_path, ["one", "two"])
    np.save(tmp_path / "held_out.npy", text.held_out[:1])
    with pytest.raises(FormatError, match="not a tokenised text: its arrays do not fit"):
        PieceText.load(tmp_path)
    (tmp_path / "text.json").write_text('{"format": 9}')
    with pytest.raises(FormatError, match="written by another version"):
        PieceText.load(tmp_path)
    with pytest.raises(FormatError, match="not a tokenised text"):
        PieceText.load(tmp_path / "none")


@given(lengths=st.lists(st.integers(1, 200), min_size=1, max_size=20), capacity=st.integers(1, 50))
def test_slices_join_without_gap(lengths, capacity):
    starts, sizes = cut_evenly(np.array(lengths), capacity)
    assert sizes.max() <= capacity
    assert starts.tolist() == np.concatenate([[0], np.cumsum(sizes)[:-1]]).tolist()
    assert set(np.cumsum(lengths)) <= set(np.cumsum(sizes))
    assert len(sizes) == sum(-(-length // capacity) for length in lengths)
