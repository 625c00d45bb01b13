from __future__ import annotations

import numpy as np
import pytest

from sprachbund.data.examples import Corpus, TextExample
from sprachbund.evaluation.retrieval.distinct import distinct
from sprachbund.models.encoders.opening import open_tokenizer
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus
from sprachbund.tokenization.tokenizer import PieceTokenizer


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> PieceTokenizer:
    return open_tokenizer(str(make_tiny_encoder(tmp_path_factory.mktemp("tiny") / "e", "bert", layers=2, width=16)))


def encoded(tokenizer: PieceTokenizer, *texts: str | tuple[str, str]) -> EncodedCorpus:
    pairs = [text if isinstance(text, tuple) else (text, None) for text in texts]
    examples = tuple(TextExample(str(number), one, other) for number, (one, other) in enumerate(pairs))
    return encode_corpus(Corpus("toys", "en", "test", examples, "f"), tokenizer, 32)


def test_every_text_once_where_it_is_met_first(tokenizer: PieceTokenizer) -> None:
    corpora = [encoded(tokenizer, "a dog", "a cat", "a dog"), encoded(tokenizer, "a cat"),
               encoded(tokenizer, "a house", "a dog")]
    found = distinct(corpora)
    assert [corpus.n_examples for corpus in found.corpora] == [2, 1]
    assert [numbers.tolist() for numbers in found.numbers] == [[0, 1, 0], [1], [2, 0]]
    assert found.count == 3
    assert found.pieces == sum(len(corpus.piece_ids) for corpus in found.corpora)
    joined = [bytes(np.asarray(corpus.piece_ids[start:stop]))
              for corpus in found.corpora
              for start, stop in zip(corpus.window_offsets[:-1], corpus.window_offsets[1:], strict=True)]
    assert len(set(joined)) == 3
    for corpus, numbers in zip(corpora, found.numbers, strict=True):
        for window, number in enumerate(numbers.tolist()):
            row = slice(*corpus.window_offsets[window : window + 2])
            assert bytes(np.asarray(corpus.piece_ids[row])) == joined[number]


def test_segments_tell_texts_apart(tokenizer: PieceTokenizer) -> None:
    found = distinct([encoded(tokenizer, ("a dog", "a cat"), ("a dog", "a cat"), ("a dog a", "cat"))])
    assert found.count == 2
    alone, pair = encoded(tokenizer, "a dog"), encoded(tokenizer, ("a dog", "a"))
    assert [numbers.tolist() for numbers in distinct([alone, pair, alone]).numbers] == [[0], [1], [0]]


def test_texts_that_the_tokenizer_makes_nothing_of_are_one_text(tokenizer: PieceTokenizer) -> None:
    found = distinct([encoded(tokenizer, "a dog", "\u00ad", " ")])
    assert [numbers.tolist() for numbers in found.numbers] == [[0, 1, 1]]
