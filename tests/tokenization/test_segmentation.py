from __future__ import annotations

from dataclasses import replace

import pytest

from sprachbund.data.examples import Corpus, TextExample, TokenExample
from sprachbund.languages.segmentation import Segmentation
from sprachbund.tokenization.encoded_corpus import encode_corpus
from sprachbund.tokenization.segmentation import PieceCounter


def encoded(tokenizer, *examples, max_pieces=512):
    return encode_corpus(Corpus("toy", "en", "test", examples, "abc", {}), tokenizer, max_pieces)


def sentence(*words):
    return TokenExample("1", words, ("N",) * len(words))


def test_annotated_words_are_counted_whatever_the_script(unigram):
    corpus = encoded(unigram, sentence("a", "bcd"), sentence("漢字"))
    for script in ("Latn", "Hans"):
        found = PieceCounter(unigram).count(corpus, script)
        assert found == Segmentation(2, 0, 3, 1 + 3 + 3, 0)  # ▁a | ▁b c d | ▁ 漢 字
    assert found.fertility == pytest.approx(7 / 3)
    assert found.pieces_per_example == pytest.approx(3.5)
    assert found.unknown_share == 0


def test_what_is_not_in_the_vocabulary_is_unknown(unigram, wordpiece):
    assert PieceCounter(unigram).count(encoded(unigram, sentence("ж", "a")), "Cyrl").unknown == 1
    found = PieceCounter(wordpiece).count(encoded(wordpiece, sentence("zzz", "ab")), "Latn")
    assert (found.words, found.pieces, found.unknown) == (2, 3, 1)


@pytest.mark.parametrize("name", ["unigram", "wordpiece"])
def test_words_of_texts_are_those_between_spaces_and_frames_do_not_count(name, request):
    tokenizer = request.getfixturevalue(name)
    found = PieceCounter(tokenizer).count(encoded(tokenizer, TextExample("1", "ab c", "b", "yes")), "Latn")
    own = tokenizer.tokenizer.encode("ab c", "b", add_special_tokens=False).ids
    assert (found.words, found.pieces, found.examples) == (3, len(own), 1)


def test_texts_without_spaces_have_pieces_but_no_fertility(unigram):
    found = PieceCounter(unigram).count(encoded(unigram, TextExample("1", "漢字漢字", None, "yes")), "Hans")
    assert (found.fertility, found.pieces_per_example) == (None, 5)


def test_examples_in_overlapping_windows_are_left_out_and_told(unigram):
    corpus = encoded(unigram, sentence("a", "b"), sentence(*"abababababab"), max_pieces=8)
    found = PieceCounter(unigram).count(corpus, "Latn")
    assert (found.examples, found.left_out, found.words, found.pieces) == (1, 1, 2, 2)


def test_nothing_counted_has_no_rates(unigram):
    found = PieceCounter(unigram).count(encoded(unigram, sentence(*"abababababab"), max_pieces=8), "Latn")
    assert (found.examples, found.fertility, found.unknown_share, found.pieces_per_example) == (0, None, None, None)


def test_a_corpus_of_another_tokenizer_is_refused(unigram):
    corpus = replace(encoded(unigram, sentence("a")), tokenizer="another")
    with pytest.raises(ValueError, match="another tokenizer"):
        PieceCounter(unigram).count(corpus, "Latn")
