from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import DataError
from sprachbund.data.answers import AnswerConfig
from sprachbund.data.examples import Answer, Corpus, ExampleStream, QuestionExample
from sprachbund.data.labels import IGNORED, LabelSpace
from sprachbund.testing.sentences import SENTENCES
from sprachbund.testing.toy_task import toy_encoder
from sprachbund.tokenization.chunks import ChunkEncoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus, encode_stream
from sprachbund.tokenization.questions import BOTH, END, START, encode_questions
from sprachbund.tokenization.subset import spread
from sprachbund.tokenization.tokenizer import PieceTokenizer

SPACE = LabelSpace(kind="span", labels=("start", "end"))


def _example(context: str, *answers: str, question: str = "a b", identity: str = "1") -> QuestionExample:
    return QuestionExample(identity, question, context, tuple(Answer(a, context.index(a)) for a in answers))


def _encoded(
    tokenizer: PieceTokenizer, *examples: QuestionExample, max_pieces: int = 64, **config: int
) -> EncodedCorpus:
    return encode_corpus(Corpus("x", "en", "dev", examples, "f"), tokenizer, max_pieces, AnswerConfig(**config))


def _windows(corpus: EncodedCorpus) -> list[tuple[list[int], list[tuple[int, int]], list[int]]]:
    """Of each window its pieces, the characters of its readings, and their gold ids."""
    assert corpus.char_starts is not None
    assert corpus.char_ends is not None
    found = []
    for number, (a, b) in enumerate(pairwise(corpus.read_offsets.tolist())):
        pieces = corpus.piece_ids[slice(*corpus.window_offsets[number : number + 2])].tolist()
        chars = list(zip(corpus.char_starts[a:b].tolist(), corpus.char_ends[a:b].tolist(), strict=True))
        found.append((pieces, chars, corpus.gold_ids[a:b].tolist()))
    return found


def test_a_question_and_its_context_as_a_pair(wordpiece: PieceTokenizer) -> None:
    (pieces, chars, gold), = _windows(_encoded(wordpiece, _example("a bc c", "bc")))
    assert pieces == [2, 4, 5, 3, 4, 5, 9, 6, 3]  # [CLS] a b [SEP] a b ##c c [SEP]
    assert chars == [(-1, -1), (0, 1), (2, 3), (3, 4), (5, 6)]
    assert gold == [-1, -1, START, END, -1]
    corpus = _encoded(wordpiece, _example("a bc c", "bc"))
    assert corpus.read_positions.tolist() == [0, 4, 5, 6, 7]
    assert corpus.type_ids is not None
    assert corpus.type_ids.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert (corpus.kind, corpus.label_names, list(corpus.contexts)) == ("span", (), ["a bc c"])
    assert corpus.label_ids(SPACE).tolist() == [IGNORED, IGNORED, START, END, IGNORED]


def test_an_answer_of_one_piece_starts_and_ends_there(wordpiece: PieceTokenizer) -> None:
    (_, _, gold), = _windows(_encoded(wordpiece, _example("a b c", "b")))
    assert gold == [-1, -1, BOTH, -1]


def test_bare_marks_and_blanks_are_no_places_of_answers(unigram: PieceTokenizer) -> None:
    """ "c" is "▁" and "c": the mark stands for the blank before it, and an answer never starts there."""
    (pieces, chars, gold), = _windows(_encoded(unigram, _example("a c", "c")))
    assert pieces[-4:] == [6, 5, 12, 2]
    assert chars == [(-1, -1), (0, 1), (2, 3)]
    assert gold == [-1, -1, BOTH]


def test_an_unanswerable_question_points_at_the_first_piece_and_an_unlabelled_one_nowhere(
    wordpiece: PieceTokenizer
) -> None:
    nothing, unknown = QuestionExample("1", "a", "b c", ()), QuestionExample("2", "a", "b c", None)
    corpus = _encoded(wordpiece, nothing, unknown)
    assert [gold for _, _, gold in _windows(corpus)] == [[BOTH, -1, -1], [-1, -1, -1]]
    with pytest.raises(DataError, match="the question 2 has no gold answer"):
        corpus.gold_answers()
    assert _encoded(wordpiece, nothing, _example("b c", "c", "b c")).gold_answers() == [[], ["c", "b c"]]


def test_long_contexts_are_read_in_windows_that_begin_a_stride_apart(wordpiece: PieceTokenizer) -> None:
    context = "a b c a b c a b c a"  # 10 pieces; 4 fit beside 2 of the question and 3 special ones
    corpus = _encoded(wordpiece, _example(context, "c a b"), max_pieces=9, stride=2)
    windows = _windows(corpus)
    assert [chars[1][0] // 2 for _, chars, _ in windows] == [0, 2, 4, 6]
    assert all(len(pieces) == 9 for pieces, _, _ in windows)
    # only the second window holds "c a b" whole; the others say that it is not there
    assert [gold[0] for _, _, gold in windows] == [BOTH, -1, BOTH, BOTH]
    assert windows[1][2][1:] == [START, -1, END, -1]
    assert corpus.windowed.tolist() == [1]
    assert corpus.word_offsets.tolist() == [0, 4 * 5]
    assert corpus.window_examples.tolist() == [0, 0, 0, 0]


def test_a_stride_longer_than_a_window_leaves_nothing_out(wordpiece: PieceTokenizer) -> None:
    context = "a b c a b c a b c a"
    windows = _windows(_encoded(wordpiece, _example(context, "a"), max_pieces=9, stride=500))
    assert sorted({start for _, chars, _ in windows for start, _ in chars if start >= 0}) == list(range(0, 19, 2))


def test_what_is_cut_widened_or_lost_is_counted(wordpiece: PieceTokenizer) -> None:
    long_question = _example("a bc", "a", question="a b c a b c")
    widened = QuestionExample("2", "a", "ab xyz", (Answer("yz", 4),))
    beyond = _example("a b c a b c a b c a", "a b c a b c a b")
    corpus = _encoded(wordpiece, long_question, widened, beyond, max_pieces=10, max_question_pieces=4)
    assert corpus.notes == {"question_pieces_cut": 3, "answers_widened": 1, "answers_beyond_windows": 1}
    blank = _encoded(wordpiece, QuestionExample("3", "a", "\u200b\u200b", None), _example("b", "b"))
    assert blank.unpredicted.tolist() in ([1, 0], [0, 0])  # whether the tokenizer drops U+200B is its own affair


def test_a_question_leaves_half_of_a_window_to_the_context(wordpiece: PieceTokenizer) -> None:
    corpus = _encoded(wordpiece, _example("a b c", "c", question="a b c " * 30), max_pieces=9)
    assert all(len(chars) - 1 == 3 for _, chars, _ in _windows(corpus))
    assert corpus.notes["question_pieces_cut"] == 87
    with pytest.raises(DataError, match="max_pieces is 3, but the special pieces alone take 3"):
        _encoded(wordpiece, _example("a", "a"), max_pieces=3)


def test_written_while_it_is_read_it_is_the_same(wordpiece: PieceTokenizer, tmp_path: Path) -> None:
    examples = [_example("a b c", "b", identity=str(n)) for n in range(5)] + [QuestionExample("x", "a", "b", ())]
    stream = ExampleStream("x", "en", "dev", "f", iter(examples))
    encode_stream(stream, wordpiece, 64, tmp_path, AnswerConfig())
    loaded, whole = EncodedCorpus.load(tmp_path), _encoded(wordpiece, *examples)
    assert _windows(loaded) == _windows(whole)
    assert loaded.gold_answers() == whole.gold_answers() == [["b"]] * 5 + [[]]
    assert list(loaded.contexts) == list(whole.contexts)
    whole.save(tmp_path / "again")
    assert _windows(EncodedCorpus.load(tmp_path / "again")) == _windows(whole)


def test_contexts_of_several_chunks_are_joined(wordpiece: PieceTokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = [_example("a b c"[: 1 + 2 * (n % 3)], "a", identity=str(n)) for n in range(7)]
    whole = _encoded(wordpiece, *examples)
    monkeypatch.setattr("sprachbund.tokenization.parts.CHUNK", 2)
    parts = _encoded(wordpiece, *examples)
    assert _windows(parts) == _windows(whole)
    assert list(parts.contexts) == [example.context for example in examples]
    assert parts.gold_answers() == whole.gold_answers()


def test_no_part_of_questions_is_taken(wordpiece: PieceTokenizer) -> None:
    corpus = _encoded(wordpiece, _example("a b", "a"), _example("b c", "c", identity="2"))
    with pytest.raises(DataError, match="x en dev holds questions, of which no part can be taken"):
        spread(corpus, 1)


@cache
def _chunks(family: str) -> ChunkEncoder:
    return ChunkEncoder(toy_encoder(family).tokenizer, 512)


@pytest.mark.parametrize("family", ["bert", "xlm_roberta", "modernbert"])
@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(SENTENCES)), st.data())
def test_gold_places_hold_the_answer_in_every_script(family: str, language: str, data: st.DataObject) -> None:
    """Whatever the tokenizer, the characters from gold start to gold end are the answer, or hold it."""
    context = "  ".join(SENTENCES[language])
    start = data.draw(st.integers(0, len(context) - 1).filter(lambda at: not context[at].isspace()))
    answer = context[start : start + data.draw(st.integers(1, 25))].rstrip()
    example = QuestionExample("1", SENTENCES[language][0][:20], context, (Answer(answer, start),))
    made = encode_questions(_chunks(family), [example], AnswerConfig())
    first = np.flatnonzero((made.gold_ids == START) | (made.gold_ids == BOTH))
    last = np.flatnonzero((made.gold_ids == END) | (made.gold_ids == BOTH))
    assert len(first) == len(last) == made.chunk.window_lengths.size == 1
    found = context[made.char_starts[first[0]] : made.char_ends[last[0]]]
    assert answer in found
    assert found == found.strip()
    assert (found == answer) == ("answers_widened" not in made.chunk.notes)
