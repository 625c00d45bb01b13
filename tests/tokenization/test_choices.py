from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.data.examples import ChoiceExample, Corpus, ExampleStream
from sprachbund.data.labels import IGNORED, RIGHT, LabelSpace
from sprachbund.testing.sentences import SENTENCES
from sprachbund.testing.toy_task import toy_encoder
from sprachbund.tokenization.choices import encode_choices
from sprachbund.tokenization.chunks import ChunkEncoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus, encode_stream
from sprachbund.tokenization.frame import frame_of
from sprachbund.tokenization.segmentation import PieceCounter
from sprachbund.tokenization.subset import only
from sprachbund.tokenization.tokenizer import PieceTokenizer

SPACE = LabelSpace(kind="choice", labels=RIGHT)


def _example(*choices: str, context: str = "a", question: str = "", answer: int | None = 0,
             identity: str = "1") -> ChoiceExample:
    return ChoiceExample(identity, context, question, choices, answer, Location("x.jsonl", int(identity)))


def _encoded(tokenizer: PieceTokenizer, *examples: ChoiceExample, max_pieces: int = 64) -> EncodedCorpus:
    return encode_corpus(Corpus("x", "en", "dev", examples, "f"), tokenizer, max_pieces)


def _windows(corpus: EncodedCorpus) -> list[list[int]]:
    return [part.tolist() for part in np.split(corpus.piece_ids, corpus.window_offsets[1:-1])]


def test_every_choice_is_the_second_text_of_a_pair(wordpiece: PieceTokenizer) -> None:
    corpus = _encoded(wordpiece, _example("b", "bc", context="a b", question="c"),
                      _example("b", "c", "b", context="a", answer=2, identity="2"),
                      _example("a", "b", context="", question="c", answer=None, identity="3"))
    assert _windows(corpus) == [
        [2, 4, 5, 3, 6, 5, 3], [2, 4, 5, 3, 6, 5, 9, 3],  # [CLS] a b [SEP] c b(c) [SEP]
        [2, 4, 3, 5, 3], [2, 4, 3, 6, 3], [2, 4, 3, 5, 3],
        [2, 6, 3, 4, 3], [2, 6, 3, 5, 3],
    ]
    assert corpus.type_ids is not None
    assert corpus.type_ids[:7].tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert (corpus.kind, corpus.label_names) == ("choice", ("1", "3"))
    assert corpus.window_examples.tolist() == [0, 0, 1, 1, 1, 2, 2]
    assert (corpus.choice_counts.tolist(), corpus.choice_names) == ([2, 3, 2], ("1", "2", "3"))
    assert corpus.label_ids(SPACE).tolist() == [0, 2, IGNORED]
    assert (corpus.n_examples, corpus.n_words, corpus.n_windows) == (3, 3, 7)
    with pytest.raises(DataError, match="the example 3 has no gold label"):
        corpus.gold()


def test_what_does_not_fit_is_cut_from_the_beginning_of_the_context_alike_for_all_choices(
    wordpiece: PieceTokenizer
) -> None:
    corpus = _encoded(wordpiece, _example("b", "b b b", context="a b c a b c"), _example("c", "b", identity="2"),
                      max_pieces=9)
    assert _windows(corpus) == [[2, 4, 5, 6, 3, 5, 3], [2, 4, 5, 6, 3, 5, 5, 5, 3], [2, 4, 3, 6, 3], [2, 4, 3, 5, 3]]
    assert corpus.windowed.tolist() == [1, 0]
    assert corpus.notes == {"context_pieces_cut": 3}


def test_a_choice_is_never_cut(wordpiece: PieceTokenizer) -> None:
    full = _example("c", "b b b", context="a", question="b b b", identity="2")
    assert _encoded(wordpiece, full, max_pieces=9).notes == {"context_pieces_cut": 1}, "the context may go altogether"
    with pytest.raises(DataError, match="a choice of the example 2 has 6 pieces with its question, and an input of 8 "
                                        "pieces holds 5") as caught:
        _encoded(wordpiece, _example("a", "b"), full, max_pieces=8)
    assert caught.value.where == Location("x.jsonl", 2)
    with pytest.raises(DataError, match="max_pieces is 3, but the special pieces alone take 3"):
        _encoded(wordpiece, _example("a", "b"), max_pieces=3)


def test_written_while_it_is_read_it_is_the_same(
    wordpiece: PieceTokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = [_example(*"abc"[: 2 + n % 2], context="a b c"[: 1 + 2 * (n % 3)], answer=n % 2, identity=str(n))
                for n in range(1, 8)]
    whole = _encoded(wordpiece, *examples)
    monkeypatch.setattr("sprachbund.tokenization.parts.CHUNK", 2)
    encode_stream(ExampleStream("x", "en", "dev", "f", iter(examples)), wordpiece, 64, tmp_path)
    loaded = EncodedCorpus.load(tmp_path)
    assert _windows(loaded) == _windows(whole)
    assert loaded.window_examples.tolist() == whole.window_examples.tolist()
    assert loaded.gold() == whole.gold() == [[str(1 + n % 2)] for n in range(1, 8)]


def test_some_examples_keep_their_choices(wordpiece: PieceTokenizer) -> None:
    corpus = _encoded(wordpiece, *(_example(*"abcbc"[:n], answer=n - 1, identity=str(n)) for n in (2, 3, 4)))
    part = only(corpus, np.array([0, 2]))
    assert _windows(part) == [*_windows(corpus)[:2], *_windows(corpus)[5:]]
    assert part.window_examples.tolist() == [0, 0, 1, 1, 1, 1]
    assert (part.gold(), part.choice_counts.tolist()) == ([["2"], ["4"]], [2, 4])


def test_pieces_of_a_language_are_counted_in_the_first_choice_alone(wordpiece: PieceTokenizer) -> None:
    corpus = _encoded(wordpiece, _example("bc", "a", context="a b"),
                      _example("a", "b", context="a b c a", identity="2"), max_pieces=8)
    found = PieceCounter(wordpiece).count(corpus, "Latn")
    assert (found.examples, found.left_out) == (2, 0)
    assert (found.words, found.pieces) == (3 + 5, 4 + 5)
    short = _encoded(wordpiece, _example("bc", "a", context="a b c a"), max_pieces=7)
    cut = PieceCounter(wordpiece).count(short, "Latn")
    assert (cut.examples, cut.left_out, cut.pieces) == (0, 1, 0)


@cache
def _chunks(family: str) -> ChunkEncoder:
    return ChunkEncoder(toy_encoder(family).tokenizer, 40)


@pytest.mark.parametrize("family", ["bert", "xlm_roberta", "modernbert"])
@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(SENTENCES)),
       st.lists(st.text("abc dé水", min_size=1, max_size=6), min_size=2, max_size=5), st.booleans())
def test_pairs_are_those_of_the_tokenizer_itself(family: str, language: str, choices: list[str], asks: bool) -> None:
    """Whatever is not cut is what transformers would make of the pair; what is cut, is missing from the context."""
    encoder = _chunks(family)
    frame = frame_of(encoder.tokenizer, pair=True)
    example = _example(*choices, context=" ".join(SENTENCES[language]), question="b" if asks else "")
    made = encode_choices(encoder, [example])
    windows = np.split(made.piece_ids, np.cumsum(made.window_lengths)[:-1])
    kept = set()
    for window, second in zip(windows, example.seconds, strict=True):
        whole = encoder.tokenizer.tokenizer.encode(example.context, second)
        lost = len(whole.ids) - len(window)
        before = len(frame.before)
        assert [*whole.ids[:before], *whole.ids[before + lost:]] == window.tolist()
        kept.add(lost)
    assert kept == {made.notes.get("context_pieces_cut", 0)}
    assert made.window_lengths.max() <= 40
