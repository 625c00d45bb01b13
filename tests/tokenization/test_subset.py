"""A part of an encoded corpus is what encoding that part gives."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from sprachbund.data.examples import Corpus, TextExample, TokenExample
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus
from sprachbund.tokenization.subset import only, spread
from sprachbund.tokenization.tokenizer import PieceTokenizer

SENTENCES = [
    TokenExample(str(number), tuple("ab" if word % 2 else "ba" for word in range(number % 7 + 1)),
                 tuple("XY"[word % 2] for word in range(number % 7 + 1)))
    for number in range(11)
]
PAIRS = [TextExample(str(number), "a b" * (number % 3 + 1), "c", "XY"[number % 2]) for number in range(11)]


def same(one: EncodedCorpus, other: EncodedCorpus) -> None:
    for item in fields(EncodedCorpus):
        if item.name not in ("notes", "label_names", "gold_ids"):
            np.testing.assert_array_equal(getattr(one, item.name), getattr(other, item.name), err_msg=item.name)
    assert one.gold() == other.gold()


@pytest.mark.parametrize("examples", [SENTENCES, PAIRS], ids=["sentences", "pairs"])
@pytest.mark.parametrize("count", [1, 4, 10])
def test_equals_the_encoding_of_those_examples(
    examples: list[TokenExample | TextExample], count: int, wordpiece: PieceTokenizer
) -> None:
    chosen = tuple(examples[number * 11 // count] for number in range(count))
    whole, part = (encode_corpus(Corpus("toys", "en", "dev", items, fingerprint="f"), wordpiece, 8)
                   for items in (tuple(examples), chosen))
    same(spread(whole, count), part)


def test_a_corpus_that_has_no_more_is_returned_itself(wordpiece: PieceTokenizer) -> None:
    corpus = encode_corpus(Corpus("toys", "en", "dev", tuple(SENTENCES), fingerprint="f"), wordpiece, 8)
    assert spread(corpus, 11) is corpus


@pytest.mark.parametrize("examples", [SENTENCES, PAIRS], ids=["sentences", "pairs"])
@pytest.mark.parametrize("chosen", [[0], [2, 3, 9], list(range(11))])
def test_chosen_examples_equal_the_encoding_of_those(
    examples: list[TokenExample | TextExample], chosen: list[int], wordpiece: PieceTokenizer
) -> None:
    whole, part = (encode_corpus(Corpus("toys", "en", "dev", items, fingerprint="f"), wordpiece, 8)
                   for items in (tuple(examples), tuple(examples[number] for number in chosen)))
    same(only(whole, np.array(chosen)), part)
