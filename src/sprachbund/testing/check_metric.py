"""The contract of a metric, runnable on a stranger's class.

    from sprachbund.testing.check_metric import check_metric

    def test_my_metric():
        check_metric(MyMetric())

Additivity is what intervals, averages and paired comparisons stand on: a metric whose counts do not
add up gives numbers that look right and are not.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sprachbund.metrics.metric import AnswerMetric, Counts, Metric

SPAN_LABELS = ("O", "B-LOC", "B-PER", "I-LOC", "I-PER")
_Corpus = tuple[list[tuple[str, ...]], list[tuple[str | None, ...]]]


def check_metric(metric: Metric, labels: Sequence[str] = SPAN_LABELS, *, seed: int = 0, corpora: int = 20) -> None:
    """Check that a metric counts and values as `Metric` says, on random corpora.

    Args:
        metric: an instance.
        labels: a label space that the metric can read.
        seed: of the random corpora.
        corpora: how many are tried.

    Raises:
        AssertionError: names the part of the contract that is broken.
    """
    assert all((metric.name, metric.summary)), "name and summary say what the metric is"
    assert isinstance(metric.version, int), "version is an integer"
    columns = metric.columns(labels)
    assert len(set(columns)) == len(columns) > 0, f"columns are named, each by its own name: {columns}"
    draw = random.Random(seed)
    for _ in range(corpora):
        gold, predicted = _corpus(draw, labels)
        counts = metric.count(gold, predicted, labels)
        _check_counts(counts, len(gold), len(columns))
        _check_additivity(metric, gold, predicted, labels, counts, draw)
        _check_values(metric, counts)
        _check_perfect_and_nothing(metric, gold, labels)
        _check_repaired(metric, predicted)
    _check_empty(metric, labels, len(columns))


def check_answer_metric(metric: AnswerMetric, language: str = "en", *, seed: int = 0, corpora: int = 20) -> None:
    """Check that a metric counts and values answers as `AnswerMetric` says, on random corpora.

    Args:
        metric: an instance.
        language: of the answers.
        seed: of the random corpora.
        corpora: how many are tried.

    Raises:
        AssertionError: names the part of the contract that is broken.
    """
    assert all((metric.name, metric.summary)), "name and summary say what the metric is"
    assert isinstance(metric.version, int), "version is an integer"
    columns = metric.columns(())
    assert len(set(columns)) == len(columns) > 0, f"columns are named, each by its own name: {columns}"
    draw = random.Random(seed)
    for _ in range(corpora):
        gold, predicted = _answers(draw)
        counts = metric.count(gold, predicted, language)
        _check_counts(counts, len(gold), len(columns))
        alone = [metric.count([one], [given], language) for one, given in zip(gold, predicted, strict=True)]
        assert np.array_equal(np.concatenate(alone), counts), "a question counts the same alone as beside others"
        _check_values(metric, counts)
        _check_perfect_and_nothing_said(metric, gold, language)
        assert np.array_equal(np.asarray(metric.repaired(predicted)).shape, (len(gold),)), "repaired is (examples,)"
    assert metric.count([], [], language).shape == (0, len(columns)), "no question gives no row"
    try:
        metric.count([["a tree"]], [], language)
    except ValueError:
        return
    raise AssertionError("predictions for another number of questions are refused with a ValueError")


def _answers(draw: random.Random) -> tuple[list[list[str]], list[str | None]]:
    """A few questions with up to three gold answers; some predictions are missing, some say that there is none."""
    words = ["oak", "Birch", "the", "12", "tree,", "elm"]
    gold = [[" ".join(["yew", *draw.choices(words, k=draw.randint(0, 3))]) for _ in range(draw.randint(0, 3))]
            for _ in range(draw.randint(2, 7))]
    predicted = [draw.choice([None, "", draw.choice(words), *answers]) for answers in gold]
    return gold, predicted


def _check_perfect_and_nothing_said(metric: AnswerMetric, gold: list[list[str]], language: str) -> None:
    perfect = metric.count(gold, [answers[-1] if answers else "" for answers in gold], language)
    best = float(metric.value(perfect.sum(axis=0)))
    assert np.isclose(best, 100.0), f"any of the gold answers has 100 points, and none where there is none: {best}"
    nothing = metric.count(gold, [None] * len(gold), language)
    worst = float(metric.value(nothing.sum(axis=0)))
    assert worst == 0.0, f"questions without a prediction are wrong, never absent: {worst} points"


def _corpus(draw: random.Random, labels: Sequence[str]) -> _Corpus:
    """A few examples of differing length; about one prediction in eight is missing."""
    lengths = [draw.randint(1, 8) for _ in range(draw.randint(2, 7))]
    gold = [tuple(draw.choices(labels, k=length)) for length in lengths]
    predicted = [
        tuple(draw.choice([label, label, draw.choice(labels)]) if draw.random() > 1 / 8 else None for label in words)
        for words in gold
    ]
    return gold, predicted


def _check_counts(counts: Counts, examples: int, columns: int) -> None:
    assert counts.shape == (examples, columns), f"counts are (examples, columns), {(examples, columns)}: {counts.shape}"
    assert np.issubdtype(counts.dtype, np.integer), f"counts are integers: {counts.dtype}"
    assert (counts >= 0).all(), "counts are never negative"


def _check_additivity(metric: Metric, gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str | None]],
                      labels: Sequence[str], counts: Counts, draw: random.Random) -> None:
    alone = [metric.count([expected], [given], labels) for expected, given in zip(gold, predicted, strict=True)]
    assert np.array_equal(np.concatenate(alone), counts), "an example counts the same alone as beside others"
    order = draw.sample(range(len(gold)), len(gold))
    shuffled = metric.count([gold[i] for i in order], [predicted[i] for i in order], labels)
    assert np.array_equal(shuffled, counts[order]), "the order of examples changes nothing but the order of rows"


def _check_values(metric: Metric | AnswerMetric, counts: Counts) -> None:
    sums = np.stack([counts.sum(axis=0), counts[0], np.zeros_like(counts[0])])
    values = np.asarray(metric.value(sums))
    assert values.shape == (3,), "value turns (..., K) into (...)"
    assert np.isnan(values[2]), "nothing counted is NaN, not a score"
    seen = values[~np.isnan(values)]
    assert ((seen >= 0) & (seen <= 100)).all(), f"values are points from 0 to 100: {seen}"
    again = np.asarray(metric.value(sums.astype(np.float64)[:, None, :]))
    assert np.array_equal(again[:, 0], values, equal_nan=True), "value is the same for floats and for more axes"


def _check_perfect_and_nothing(metric: Metric, gold: Sequence[Sequence[str]], labels: Sequence[str]) -> None:
    perfect = metric.count(gold, gold, labels)
    best = _value(metric, perfect.sum(axis=0))
    assert np.isnan(best) or np.isclose(best, 100.0), f"a perfect prediction has 100 points: {best}"
    nothing = metric.count(gold, [(None,) * len(words) for words in gold], labels)
    worst = _value(metric, nothing.sum(axis=0))
    assert np.isnan(best) or worst == 0.0, f"words without a prediction are wrong, never absent: {worst} points"
    for position in range(len(gold)):
        if not np.isnan(_value(metric, perfect[position])):
            mixed = perfect.sum(axis=0) - perfect[position] + nothing[position]
            value = _value(metric, mixed)
            assert value < 100.0, "an example without predictions lowers a perfect score"


def _check_repaired(metric: Metric, predicted: Sequence[Sequence[str | None]]) -> None:
    repaired = np.asarray(metric.repaired(predicted))
    words = np.array([len(labels) for labels in predicted])
    assert repaired.shape == words.shape, "repaired is (examples,)"
    assert np.issubdtype(repaired.dtype, np.integer), "repaired is a count"
    assert ((repaired >= 0) & (repaired <= words)).all(), "repaired counts labels of an example"


def _check_empty(metric: Metric, labels: Sequence[str], columns: int) -> None:
    assert metric.count([], [], labels).shape == (0, columns), "no example gives no row"
    try:
        metric.count([(labels[0],)], [(labels[0], labels[0])], labels)
    except ValueError:
        return
    raise AssertionError("predictions of another length than the gold labels are refused with a ValueError")


def _value(metric: Metric, sums: NDArray[np.int64]) -> float:
    return float(metric.value(sums))
