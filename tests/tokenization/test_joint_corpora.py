"""Sentences that are labelled as a whole, too: the whole stands before the words, as one more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.batching.collate import WindowStream
from sprachbund.data.examples import Corpus, Example, FrameExample, TokenExample
from sprachbund.data.labels import IGNORED, label_space_of
from sprachbund.testing.toy_task import toy_encoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus
from sprachbund.tokenization.segmentation import PieceCounter
from sprachbund.tokenization.subset import only

FRAMES = (
    FrameExample("1", ("wake", "me"), ("O", "B-who"), intent="alarm"),
    FrameExample("2", ("rain",), ("O",), intent="weather"),
    FrameExample("3", ("a", "b", "c")),
)


def _encoded(*examples: Example, max_pieces: int = 64, family: str = "bert") -> EncodedCorpus:
    return encode_corpus(Corpus("toy", "en", "test", examples, "f"), toy_encoder(family).tokenizer, max_pieces)


def _words_alone(frame: FrameExample) -> TokenExample:
    return TokenExample(frame.identity, frame.words, frame.labels)


def test_the_first_word_of_an_example_is_the_sentence_with_its_intent() -> None:
    corpus = _encoded(*FRAMES[:2])
    assert corpus.kind == "joint"
    assert corpus.word_offsets.tolist() == [0, 3, 5]
    assert corpus.gold() == [["intent:alarm", "O", "B-who"], ["intent:weather", "O"]]
    space = label_space_of(FRAMES[:2])
    assert corpus.label_ids(space).tolist() == [2, 0, 1, 3, 0]
    assert _encoded(*FRAMES).label_ids(space).tolist()[5:] == [IGNORED] * 4


@pytest.mark.parametrize("family", ["bert", "llama"])
def test_a_batch_reads_rows_as_a_whole_and_words_where_taggers_do(family: str) -> None:
    corpus, words = _encoded(*FRAMES, family=family), _encoded(*map(_words_alone, FRAMES), family=family)
    batch, alone = WindowStream([corpus]).batch(np.array([2, 0])), WindowStream([words]).batch(np.array([2, 0]))
    whole = batch.word_positions < 0
    assert batch.word_positions[whole].tolist() == [-1, -2]
    assert batch.words[whole].tolist() == [5, 0]
    assert batch.word_positions[~whole].tolist() == alone.word_positions.tolist()
    assert batch.piece_ids.tolist() == alone.piece_ids.tolist()


def test_a_sentence_in_several_windows_has_its_intent_in_the_first() -> None:
    long = FrameExample("1", ("house",) * 30, ("O",) * 30, intent="alarm")
    corpus = _encoded(FRAMES[0], long, max_pieces=12)
    assert corpus.n_windows > 3
    whole = corpus.read_positions < 0
    assert corpus.read_words[whole].tolist() == [0, 3]
    assert np.searchsorted(corpus.read_offsets, np.flatnonzero(whole), side="right").tolist() == [1, 2]
    assert corpus.windowed.tolist() == [0, 31]
    assert sorted(corpus.read_words.tolist()) == list(range(corpus.n_words))


def test_a_sentence_without_a_piece_has_no_prediction_of_anything() -> None:
    corpus = _encoded(FrameExample("1", ("\u200b",), ("O",), intent="a"), FRAMES[1])
    assert corpus.unpredicted.tolist() in ([2, 0], [0, 0])  # a tokenizer may have a piece for it
    assert len(corpus.read_words) == corpus.n_words - int(corpus.unpredicted.sum())


def test_parts_and_the_count_of_pieces_know_the_sentences() -> None:
    corpus = _encoded(*FRAMES)
    assert only(corpus, np.array([1, 2])).gold_ids.tolist() == corpus.gold_ids[3:].tolist()
    assert only(corpus, np.array([1])).gold() == [["intent:weather", "O"]]
    tokenizer = toy_encoder().tokenizer
    words = _encoded(*map(_words_alone, FRAMES))
    assert PieceCounter(tokenizer).count(corpus, "Latn") == PieceCounter(tokenizer).count(words, "Latn")


_WORD = st.sampled_from(["house", "river", "apple", "\u200b", "a"])
_SENTENCE = st.lists(_WORD, min_size=1, max_size=25)


@settings(max_examples=40, deadline=None)
@given(st.lists(_SENTENCE, min_size=1, max_size=5), st.integers(8, 20))
def test_without_its_sentences_it_is_the_corpus_of_a_tagger(sentences: list[list[str]], max_pieces: int) -> None:
    frames = [FrameExample(str(number), tuple(words), ("O",) * len(words), intent="a")
              for number, words in enumerate(sentences)]
    corpus = _encoded(*frames, max_pieces=max_pieces)
    words: Any = _encoded(*map(_words_alone, frames), max_pieces=max_pieces)
    first = corpus.word_offsets[:-1]
    kept = np.setdiff1d(np.arange(corpus.n_words), first)
    reads = ~np.isin(corpus.read_words, first)
    np.testing.assert_array_equal(np.searchsorted(kept, corpus.read_words[reads]), words.read_words)
    np.testing.assert_array_equal(corpus.read_positions[reads], words.read_positions)
    np.testing.assert_array_equal(corpus.piece_ids, words.piece_ids)
    np.testing.assert_array_equal(corpus.window_examples, words.window_examples)
    present = np.isin(np.arange(len(frames)), corpus.window_examples)
    np.testing.assert_array_equal(corpus.unpredicted - words.unpredicted, ~present)
    np.testing.assert_array_equal(np.sort(corpus.read_words[~reads]), first[present])
