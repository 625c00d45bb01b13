from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.errors import DataError
from sprachbund.data.examples import Corpus, ExampleStream, TextExample, TokenExample
from sprachbund.data.splits import first, overlap, sample, sample_stream

CORPUS = Corpus("set", "en", "test", tuple(TextExample(str(n), f"text {n}") for n in range(50)), "0" * 64, {"a": 1})


def _identities(corpus: Corpus) -> list[int]:
    return [int(example.identity) for example in corpus.examples]


def test_the_first_examples() -> None:
    assert _identities(first(CORPUS, 3)) == [0, 1, 2]
    assert first(CORPUS, 3).fingerprint not in {CORPUS.fingerprint, first(CORPUS, 4).fingerprint}
    assert first(CORPUS, 50) is CORPUS


@given(st.integers(1, 60), st.integers(0, 2**32))
def test_a_sample_keeps_the_order_and_repeats_by_seed(n: int, seed: int) -> None:
    drawn = sample(CORPUS, n, seed)
    chosen = _identities(drawn)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(n, 50)
    assert drawn == sample(CORPUS, n, seed)
    assert drawn.notes == CORPUS.notes
    assert (drawn.fingerprint == CORPUS.fingerprint) == (n >= 50)


@given(st.integers(1, 60), st.integers(0, 2**32))
def test_a_stream_is_sampled_as_the_whole_corpus_is(n: int, seed: int) -> None:
    stream = ExampleStream("set", "en", "test", CORPUS.fingerprint, iter(CORPUS.examples), Counter(a=1))
    assert sample_stream(stream, 50, n, seed).whole() == sample(CORPUS, n, seed)


def test_seeds_draw_differently_and_parallel_corpora_alike() -> None:
    assert _identities(sample(CORPUS, 10, 1)) != _identities(sample(CORPUS, 10, 2))
    other = Corpus("set", "de", "test", tuple(TextExample(str(n), f"Text {n}") for n in range(50)), "1" * 64)
    assert _identities(sample(CORPUS, 10, 1)) == _identities(sample(other, 10, 1))
    assert sample(CORPUS, 10, 1).fingerprint != sample(other, 10, 1).fingerprint
    assert _identities(sample(CORPUS, 10, 1)) == [5, 9, 10, 16, 23, 24, 27, 29, 30, 43], "the draw is a fixed one"


@pytest.mark.parametrize("part", [lambda: first(CORPUS, 0), lambda: sample(CORPUS, -1, 0),
                                  lambda: sample_stream(ExampleStream("s", "en", "x", "", iter(())), 0, 0, 0)])
def test_nothing_is_no_part(part: object) -> None:
    with pytest.raises(DataError, match=r"a corpus of .* examples was asked for"):
        part()  # type: ignore[operator]


def test_a_smaller_sample_is_part_of_a_larger_one() -> None:
    assert set(_identities(sample(CORPUS, 5, 3))) < set(_identities(sample(CORPUS, 20, 3)))


def test_overlap_compares_words_and_both_texts_without_case_or_labels() -> None:
    train = Corpus("s", "en", "train", (TokenExample("a", ("Yes", "!"), ("X", "Y")), TokenExample("b", ("No",))), "")
    test = Corpus("s", "en", "test", (TokenExample("1", ("yes", "!")), TokenExample("2", ("Yes!",))), "")
    assert overlap(train, test).pairs == (("a", "1"),)
    assert overlap(train, test).share == 0.5
    pair = Corpus("s", "en", "x", (TextExample("p", "a", "b"),), "")
    assert overlap(pair, Corpus("s", "en", "x", (TextExample("q", "a"),), "")).pairs == ()
    assert overlap(CORPUS, Corpus("s", "en", "x", (), "")).share == 0.0
