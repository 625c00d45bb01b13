"""Answers and gold answers to score rows: per-question counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation.answers import Answers
from sprachbund.evaluation.score import RowDescription, row_of
from sprachbund.metrics.metric import METRICS, AnswerMetric
from sprachbund.results.records import ScoreRow
from sprachbund.tokenization.encoded_corpus import EncodedCorpus


def score_answers(
    corpus: EncodedCorpus,
    answers: Answers,
    labels: LabelSpace,
    metrics: Sequence[str],
    threshold: float | None,
    description: RowDescription,
) -> list[ScoreRow]:
    """Score one corpus by some metrics; a question whose context has no piece counts as wrong.

    Args:
        corpus: with gold answers throughout.
        answers: made for this corpus.
        labels: start and end.
        metrics: registered names of metrics of answers, the primary one first.
        threshold: of "there is no answer", see `Answers.spans`.
        description: what the rows say of the model.

    Returns:
        One row a metric.

    Raises:
        DataError: gold answers are missing, or the answers were made for other data.
        RegistryError: an unknown metric.
    """
    loaded: list[AnswerMetric] = [METRICS.load(name).value() for name in metrics]
    gold, given = corpus.gold_answers(), answers.texts(corpus, threshold)
    nothing = np.zeros(corpus.n_examples, dtype=np.int64)
    whole: dict[str, Any] = {
        "words": nothing + 1,
        "unpredicted": np.array([text is None for text in given], dtype=np.int64),
        "ignored": nothing,
    }
    for metric in loaded:
        whole[f"counts {metric.name}"] = metric.count(gold, given, corpus.language)
        whole[f"repaired {metric.name}"] = metric.repaired(given)
    return [row_of(corpus, whole, metric, labels, description, primary=number == 0)
            for number, metric in enumerate(loaded)]


def answer_score(corpus: EncodedCorpus, answers: Answers, metric: str, threshold: float | None) -> float:
    """Score one corpus by one metric, in points; raises as `score_answers` does."""
    measure: AnswerMetric = METRICS.load(metric).value()
    counts = measure.count(corpus.gold_answers(), answers.texts(corpus, threshold), corpus.language)
    return float(measure.value(counts.sum(axis=0)))
