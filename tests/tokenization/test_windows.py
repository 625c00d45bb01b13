from __future__ import annotations

from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.tokenization.alignment import AlignedPieces
from sprachbund.tokenization.ragged import offsets_of
from sprachbund.tokenization.windows import cut_windows, longest_first


def sentences_of(sizes: list[list[int]], reads: list[list[int]] | None = None) -> AlignedPieces:
    """Sentences given as pieces a word; each word is read at its first piece unless `reads` says which."""
    flat = np.array([n for sentence in sizes for n in sentence], dtype=np.int64)
    firsts = offsets_of(flat)[:-1]
    which = np.zeros(len(flat), dtype=np.int64) if reads is None else np.array([*chain(*reads)], dtype=np.int64)
    return AlignedPieces(
        ids=np.arange(flat.sum(), dtype=np.int32),
        piece_offsets=offsets_of(np.array([sum(sentence) for sentence in sizes], dtype=np.int64)),
        words=np.repeat(np.arange(len(flat)), flat),
        word_offsets=offsets_of(np.array([len(sentence) for sentence in sizes], dtype=np.int64)),
        read_at=np.where(flat > 0, firsts + which, -1),
    )


def spans(cut):
    return [(a, a + n) for a, n in zip(cut.starts.tolist(), cut.lengths.tolist(), strict=True)]


def test_what_fits_is_one_window():
    cut = cut_windows(sentences_of([[1, 2], [], [3]]), 8)
    assert spans(cut) == [(0, 3), (3, 6)]
    assert cut.sentences.tolist() == [0, 2]
    assert cut.owners.tolist() == [0, 0, 1]


def test_windows_overlap_by_a_quarter_and_end_at_words():
    cut = cut_windows(sentences_of([[1] * 20]), 8)
    assert spans(cut) == [(0, 8), (6, 14), (12, 20)]


def test_a_word_is_owned_where_it_has_most_context_on_its_poorer_side():
    cut = cut_windows(sentences_of([[1] * 20]), 8)
    # word 6: one piece right of it in the first window, none left of it in the second
    assert cut.owners.tolist() == [0] * 7 + [1] * 6 + [2] * 7


def test_words_are_never_cut_apart():
    cut = cut_windows(sentences_of([[5, 5, 5]]), 8)
    assert spans(cut) == [(0, 5), (5, 10), (10, 15)]


def test_a_word_longer_than_a_window_is_read_and_its_tail_counted():
    cut = cut_windows(sentences_of([[1, 20, 1]]), 8)
    assert spans(cut) == [(0, 1), (1, 9), (21, 22)]
    assert cut.owners.tolist() == [0, 1, 2]
    assert cut.pieces_cut == 12


def test_a_long_word_read_beyond_the_first_window_keeps_that_piece():
    aligned = sentences_of([[20]], [[11]])
    cut = cut_windows(aligned, 8)
    ((start, stop),) = spans(cut)
    assert start <= 11 < stop
    assert cut.owners.tolist() == [0]


@given(
    st.lists(st.lists(st.integers(0, 12), max_size=30), max_size=4),
    st.integers(1, 16),
    st.randoms(use_true_random=False),
)
def test_every_word_is_read_once_in_a_window_that_holds_it(sizes, capacity, random):
    reads = [[random.randrange(max(n, 1)) for n in sentence] for sentence in sizes]
    aligned = sentences_of(sizes, reads)
    cut = cut_windows(aligned, capacity)
    assert (cut.lengths <= capacity).all()
    assert (cut.lengths > 0).all()
    assert ((cut.owners >= 0) == (aligned.read_at >= 0)).all()
    for word in np.flatnonzero(cut.owners >= 0):
        window, read = cut.owners[word], aligned.read_at[word]
        assert cut.starts[window] <= read < cut.starts[window] + cut.lengths[window]
        assert aligned.word_offsets[cut.sentences[window]] <= word < aligned.word_offsets[cut.sentences[window] + 1]
    too_long = [n - capacity for sentence in sizes for n in sentence if n > capacity]
    assert cut.pieces_cut >= sum(too_long)
    assert bool(cut.pieces_cut) == bool(too_long)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 40))
def test_longest_first_cuts_like_the_plain_procedure(first, second, capacity):
    a, b = first, second
    while a + b > capacity:
        a, b = (a - 1, b) if a >= b else (a, b - 1)
    (got_a,), (got_b,) = longest_first(np.array([first]), np.array([second]), capacity)
    assert got_a + got_b == a + b
    assert abs(int(got_a) - a) <= 1  # an odd piece may stay on either side
