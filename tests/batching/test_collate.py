from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.batching.collate import WindowStream
from sprachbund.core.errors import DataError
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import offsets_of


def corpus_of(windows, reads=(), *, kind="tokens", n_words=None, types=None, language="en"):
    """A corpus from lists of pieces a window and lists of (position, word) a window."""
    reads = list(reads) or [[] for _ in windows]
    flat = [item for one in reads for item in one]
    words = n_words if n_words is not None else (len(flat) if kind == "tokens" else len(windows))
    return EncodedCorpus(
        data_set="toy", language=language, split="test", fingerprint="f", kind=kind, tokenizer="t", pad_id=9, notes={},
        label_names=(), identity_bytes=np.frombuffer(b"1", dtype=np.uint8), identity_offsets=np.array([0, 1]),
        piece_ids=np.array([piece for window in windows for piece in window], dtype=np.int32),
        type_ids=None if types is None else np.array(types, dtype=np.uint8),
        window_offsets=offsets_of(np.array([len(window) for window in windows])),
        window_examples=np.arange(len(windows)),
        read_offsets=offsets_of(np.array([len(one) for one in reads])),
        read_positions=np.array([position for position, _ in flat], dtype=np.int32),
        read_words=np.array([word for _, word in flat], dtype=np.int64),
        word_offsets=np.array([0, words]), gold_ids=np.full(words, -1, dtype=np.int32),
        windowed=np.zeros(1, dtype=np.int32), unpredicted=np.zeros(1, dtype=np.int32),
    )


FIRST = corpus_of([[0, 4, 2], [0, 5, 6, 7, 2]], [[(1, 0)], [(1, 1), (3, 2)]])
SECOND = corpus_of([[0, 8, 2]], [[(1, 0)]], language="de")


def test_rows_are_padded_and_words_read_at_flat_positions():
    batch = WindowStream([FIRST], [np.array([10, 11, 12])]).batch(np.array([0, 1]))
    assert batch.piece_ids.tolist() == [[0, 4, 2, 9, 9], [0, 5, 6, 7, 2]]
    assert batch.mask.tolist() == [[True, True, True, False, False], [True] * 5]
    assert batch.word_positions.tolist() == [1, 6, 8]
    assert batch.piece_ids.flatten()[batch.word_positions].tolist() == [4, 5, 7]
    assert batch.words.tolist() == [0, 1, 2]
    assert batch.labels.tolist() == [10, 11, 12]
    assert batch.type_ids is None
    assert batch.real_pieces == 8
    assert (batch.piece_ids.dtype, batch.mask.dtype) == (torch.int64, torch.bool)


def test_the_order_of_rows_is_kept_within_a_corpus():
    batch = WindowStream([FIRST]).batch(np.array([1, 0]))
    assert batch.windows.tolist() == [1, 0]
    assert batch.words.tolist() == [1, 2, 0]
    assert batch.labels is None


def test_languages_share_a_batch_with_numbers_through_all():
    stream = WindowStream([FIRST, SECOND], [np.array([1, 2, 3]), np.array([4])])
    batch = stream.batch(np.array([2, 0]))
    assert batch.windows.tolist() == [0, 2]
    assert batch.piece_ids.tolist() == [[0, 4, 2], [0, 8, 2]]
    assert batch.words.tolist() == [0, 3]
    assert batch.labels.tolist() == [1, 4]
    assert stream.lengths.tolist() == [3, 5, 3]


def test_sequence_tasks_have_a_label_a_row_and_no_words():
    one = corpus_of([[0, 4, 2], [0, 5, 2]], kind="sequence")
    stream = WindowStream([one, one], [np.array([3, 4]), np.array([5, 6])])
    batch = stream.batch(np.array([3, 0]))
    assert batch.labels.tolist() == [3, 6]
    assert len(batch.word_positions) == len(batch.words) == 0
    assert stream.texts(np.array([3, 0])).tolist() == [3, 0]


def test_segment_ids_are_zeros_where_a_corpus_has_none():
    typed = corpus_of([[0, 1]], types=[0, 1], kind="sequence")
    batch = WindowStream([typed, corpus_of([[0, 2, 3]], kind="sequence")]).batch(np.array([0, 1]))
    assert batch.type_ids.tolist() == [[0, 1, 0], [0, 0, 0]]


def test_corpora_that_do_not_belong_together():
    with pytest.raises(DataError, match=r"toy de test was tokenised by another tokenizer than toy en test\n.*encode"):
        WindowStream([FIRST, replace(SECOND, tokenizer="other")])
    with pytest.raises(DataError, match="is of another kind of task"):
        WindowStream([FIRST, replace(SECOND, kind="sequence")])
    with pytest.raises(DataError, match="there is no corpus to read"):
        WindowStream([])


@settings(deadline=None)
@given(st.lists(st.lists(st.lists(st.integers(10, 99), min_size=1, max_size=6), min_size=1, max_size=6), min_size=1,
                max_size=3), st.randoms(use_true_random=False))
def test_every_row_holds_its_window_and_its_words(pieces_by_corpus, random):
    corpora, total = [], 0
    for windows in pieces_by_corpus:
        number, reads = 0, []
        for window in windows:
            chosen = sorted(random.sample(range(len(window)), random.randint(0, len(window))))
            reads.append([(position, number + i) for i, position in enumerate(chosen)])
            number += len(chosen)
        corpora.append(corpus_of(windows, reads, n_words=number))
        total += number
    every = [window for windows in pieces_by_corpus for window in windows]
    rows = np.array(random.sample(range(len(every)), random.randint(1, len(every))))
    batch = WindowStream(corpora, [np.arange(corpus.n_words) for corpus in corpora]).batch(rows)
    assert sorted(batch.windows.tolist()) == sorted(rows.tolist())
    for row, window in enumerate(batch.windows.tolist()):
        assert batch.piece_ids[row][batch.mask[row]].tolist() == every[window]
        assert (batch.piece_ids[row][~batch.mask[row]] == 9).all()
    assert len(set(batch.words.tolist())) == len(batch.words) <= total
    assert batch.mask.flatten()[batch.word_positions].all()
