from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sprachbund.data.answers import AnswerConfig
from sprachbund.data.examples import Answer, Corpus, QuestionExample
from sprachbund.evaluation.decoding import best_answers, decode
from sprachbund.testing.toy_task import toy_encoder
from sprachbund.tokenization.encoded_corpus import encode_corpus


def _brute(
    logits: NDArray[np.float32], windows: list[int], chars: list[tuple[int, int]], config: AnswerConfig
) -> list[tuple[int, int, float]]:
    """Every pair looked at, one after the other."""
    best: dict[tuple[int, int], float] = {}
    for i in range(len(windows)):
        for j in range(i, min(i + config.max_answer_pieces, len(windows))):
            if windows[i] == windows[j] and chars[i][0] >= 0:
                span = (chars[i][0], chars[j][1])
                best[span] = max(best.get(span, -np.inf), float(logits[i, 0] + logits[j, 1]))
    ordered = sorted(((*span, score) for span, score in best.items()), key=lambda item: -item[2])
    return ordered[: config.n_best]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 12), st.integers(1, 8),
       st.integers(0, 2**32))
def test_the_best_answers_are_those_of_a_search_through_all_pairs(
    sizes: list[int], longest: int, n_best: int, seed: int
) -> None:
    """Windows overlap: each begins two pieces after the one before it, and the first place of each is "none"."""
    random = np.random.default_rng(seed)
    windows, chars = [], []
    for number, size in enumerate(sizes):
        windows += [number] * size
        chars += [(-1, -1), *((2 * place, 2 * place + 1) for place in range(2 * number, 2 * number + size - 1))]
    logits = random.permutation(2 * len(windows)).reshape(-1, 2).astype(np.float32)  # no two scores too alike
    logits[:, 1] += random.random(len(windows)).astype(np.float32) / 2
    config = AnswerConfig(max_answer_pieces=longest, n_best=n_best)
    found = best_answers(logits, np.array(windows), np.array(chars, dtype=np.int32), config)
    expected = _brute(logits, windows, chars, config)
    np.testing.assert_allclose(found.scores, [score for _, _, score in expected], rtol=1e-6)
    assert (np.diff(found.scores) <= 0).all()
    spans = list(zip(found.starts.tolist(), found.ends.tolist(), strict=True))
    assert len(set(spans)) == len(spans) == len(expected)
    if len({round(score, 4) for *_, score in expected}) == len(expected):
        assert spans == [(start, end) for start, end, _ in expected]


def test_a_corpus_is_decoded_question_by_question() -> None:
    """The answer that the logits point at comes first; "none" has its lowest score of all windows."""
    contexts = ["The dog sleeps in the old house by the river", "Cats like fish"]
    examples = [QuestionExample(str(n), "Who?", text, (Answer(text[:3], 0),)) for n, text in enumerate(contexts)]
    whole = Corpus("x", "en", "dev", examples, "f")
    corpus = encode_corpus(whole, toy_encoder().tokenizer, 22, AnswerConfig(stride=4))
    assert corpus.char_starts is not None
    assert corpus.windowed.tolist() == [1, 0]
    logits = np.zeros((corpus.n_words, 2), dtype=np.float32)
    none = np.flatnonzero(corpus.char_starts < 0)
    logits[none, 0] = np.arange(len(none), 0, -1)
    for example, text in enumerate(("old house", "fish")):
        part = slice(*corpus.word_offsets[example : example + 2].tolist())
        start = contexts[example].index(text)
        logits[part, 0] += 5 * (corpus.char_starts[part] == start)
        assert corpus.char_ends is not None
        logits[part, 1] += 5 * (corpus.char_ends[part] == start + len(text))
    answers = decode(corpus, logits, AnswerConfig(n_best=3))
    assert answers.texts(corpus, None) == ["old house", "fish"]
    assert answers.no_answer.tolist() == [2.0, 1.0]
    assert np.diff(answers.offsets).tolist() == [3, 3]
    assert answers.scores[answers.offsets[:-1]].tolist() == [10.0, 10.0]


@pytest.mark.parametrize("places", [0, 1])
def test_without_a_place_there_is_no_answer(places: int) -> None:
    chars = np.full((places, 2), -1, dtype=np.int32)
    found = best_answers(np.zeros((places, 2), dtype=np.float32), np.zeros(places, dtype=np.int64), chars,
                         AnswerConfig())
    assert len(found.scores) == len(found.starts) == 0
