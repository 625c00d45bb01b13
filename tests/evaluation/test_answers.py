from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.examples import Answer, Corpus, QuestionExample
from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation.answers import Answers
from sprachbund.evaluation.score import RowDescription
from sprachbund.evaluation.score_answers import answer_score, score_answers
from sprachbund.testing.toy_task import toy_encoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus

SPACE = LabelSpace(kind="span", labels=("start", "end"))
DESCRIPTION = RowDescription(
    task="span_qa", encoder="tiny", provenance="", fusion="last_layer", system="last layer", layers=(2,), gate="",
    intermediate=(), train_data="toys", train_examples=3, source="en", seed=1, run="", stage="k",
)


@pytest.fixture(scope="module")
def corpus() -> EncodedCorpus:
    examples = [
        QuestionExample("a", "Who?", "The old dog sleeps.", (Answer("dog", 8), Answer("The old dog", 0))),
        QuestionExample("b", "Where?", "Nobody knows.", ()),
        QuestionExample("c", "When?", "On Monday.", (Answer("Monday", 3),)),
    ]
    return encode_corpus(Corpus("toys", "en", "test", examples, "f"), toy_encoder().tokenizer, 64)


@pytest.fixture
def answers() -> Answers:
    return Answers(
        data_set="toys", language="en", split="test", fingerprint="f", offsets=np.array([0, 2, 3, 3]),
        starts=np.array([4, 8, 0], dtype=np.int32), ends=np.array([11, 11, 6], dtype=np.int32),
        scores=np.array([3.0, 2.0, 1.0], dtype=np.float32), no_answer=np.array([0.0, 2.5, -np.inf], dtype=np.float32),
    )


def test_the_threshold_decides_whether_there_is_an_answer(answers: Answers, corpus: EncodedCorpus) -> None:
    assert answers.texts(corpus, None) == ["old dog", "Nobody", None]
    assert answers.texts(corpus, 1.0) == ["old dog", "", None]
    assert answers.texts(corpus, 1.5) == ["old dog", "Nobody", None]  # more than the threshold, not as much
    assert answers.texts(corpus, -4.0) == ["", "", None]


def test_confidence_is_a_share_of_what_was_weighed(answers: Answers) -> None:
    assert answers.confidence(None) == pytest.approx([1 / (1 + math.exp(-1)), 1.0, 0.0])
    some = 1 + math.exp(-1) + math.exp(-3)
    assert answers.confidence(0.0) == pytest.approx([1 / some, 1 / (1 + math.exp(-1.5)), 0.0])


def test_there_and_back(answers: Answers, corpus: EncodedCorpus, tmp_path: Path) -> None:
    answers.save(tmp_path)
    loaded = Answers.load(tmp_path)
    assert loaded.texts(corpus, 1.0) == answers.texts(corpus, 1.0)
    for name in ("offsets", "starts", "ends", "scores", "no_answer"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(answers, name))
    with pytest.raises(FormatError, match="not readable as answers"):
        Answers.load(tmp_path / "elsewhere")


def test_other_data_are_refused(answers: Answers, corpus: EncodedCorpus) -> None:
    other = encode_corpus(Corpus("toys", "de", "test", [QuestionExample("a", "b", "c", ())], "g"),
                          toy_encoder().tokenizer, 64)
    with pytest.raises(DataError, match="made for other data than toys de test: 3 and 1 questions"):
        answers.texts(other, None)


def test_rows_hold_the_best_of_several_gold_answers_and_count_silence_as_wrong(
    answers: Answers, corpus: EncodedCorpus
) -> None:
    names = ("squad_f1", "squad_exact", "mlqa_f1", "mlqa_exact")
    f1, exact, *others = score_answers(corpus, answers, SPACE, names, 1.0, DESCRIPTION)
    assert exact.counts.tolist() == [[1, 1], [1, 1], [0, 1]]  # "The old dog" without its article is "old dog"
    assert f1.counts[:, 0].tolist() == [10**9, 10**9, 0]
    assert [row.metric for row in (f1, exact, *others)] == list(names)
    assert [row.primary for row in (f1, exact, *others)] == [True, False, False, False]
    assert (f1.words.tolist(), f1.unpredicted.tolist(), f1.identities) == ([1, 1, 1], [0, 0, 1], ("a", "b", "c"))
    assert f1.target == "en"
    without = score_answers(corpus, answers, SPACE, names, None, DESCRIPTION)
    assert without[1].counts.tolist() == [[1, 1], [0, 1], [0, 1]]
    assert answer_score(corpus, answers, "squad_exact", 1.0) == pytest.approx(200 / 3)
