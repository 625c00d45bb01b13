from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.tokenization.alignment import align, read_positions


def test_a_word_is_read_at_its_first_piece_that_is_not_the_bare_mark(unigram):
    aligned = align(unigram, [["ab", "漢字", "."]])
    pieces = [unigram.tokenizer.id_to_token(i) for i in aligned.ids]
    assert pieces == ["▁a", "b", "▁", "漢", "字", "▁", "."]
    assert [pieces[at] for at in aligned.read_at] == ["▁a", "漢", "."]


def test_a_word_that_is_only_the_bare_mark_is_read_there(unigram):
    aligned = align(unigram, [["a", " ", "b"]])
    pieces = [unigram.tokenizer.id_to_token(i) for i in aligned.ids]
    assert pieces[aligned.read_at[1]] == "▁"


def test_words_without_a_piece_have_no_position_and_shift_nothing(unigram):
    aligned = align(unigram, [["a", "", "b"], ["\u200d", "c"]])
    assert (aligned.read_at[[1]] == -1).all()
    assert aligned.words[aligned.read_at[2]] == 2
    assert aligned.words[aligned.read_at[4]] == 4


def test_words_count_over_all_sentences(unigram):
    aligned = align(unigram, [["a"], ["b", "c"]])
    assert aligned.word_offsets.tolist() == [0, 1, 3]
    assert np.diff(aligned.piece_offsets).tolist() == [1, 3]
    assert aligned.words.tolist() == [0, 1, 2, 2]


def test_a_tokenizer_without_bare_marks_reads_first_pieces(wordpiece):
    aligned = align(wordpiece, [["abc", "b"]])
    assert aligned.read_at.tolist() == [0, 3]


@given(st.lists(st.lists(st.booleans(), max_size=4), max_size=8))
def test_against_the_plain_definition(bare_by_word):
    words = np.array([w for w, pieces in enumerate(bare_by_word) for _ in pieces], dtype=np.int64)
    bare = np.array([flag for pieces in bare_by_word for flag in pieces], dtype=np.bool_)
    expected, at = [], 0
    for pieces in bare_by_word:
        expected.append(-1 if not pieces else at + (pieces.index(False) if False in pieces else 0))
        at += len(pieces)
    assert read_positions(words, bare, len(bare_by_word)).tolist() == expected
