"""Every registered metric keeps the contract, and the contract can be broken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from sprachbund.metrics.accuracy import Accuracy
from sprachbund.metrics.metric import ANSWER_METRICS, METRICS, Counts, Gold, Predicted
from sprachbund.metrics.spans import SpanF1
from sprachbund.metrics.squad import SquadExactMatch
from sprachbund.testing.check_metric import check_answer_metric, check_metric


@pytest.mark.parametrize("name", sorted(set(METRICS.names()) - set(ANSWER_METRICS)))
def test_every_registered_metric_keeps_the_contract(name: str) -> None:
    check_metric(METRICS.load(name).value())


@pytest.mark.parametrize("language", ["en", "de", "zh", "th"])
@pytest.mark.parametrize("name", ANSWER_METRICS)
def test_every_metric_of_answers_keeps_the_contract(name: str, language: str) -> None:
    check_answer_metric(METRICS.load(name).value(), language)


@pytest.mark.parametrize("name", ["accuracy", "macro_f1", "xtreme_f1"])
def test_metrics_of_plain_tags_keep_it_with_plain_tags(name: str) -> None:
    check_metric(METRICS.load(name).value(), ["NOUN", "VERB", "SCONJ", "INTJ", "X"])


class Nameless(Accuracy):
    summary: ClassVar[str] = ""


class CountsOncePerCorpus(Accuracy):
    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        counts = super().count(gold, predicted, labels)
        counts[1:, 1] += 1
        return counts


class LeavesNoneOut(Accuracy):
    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        counts = super().count(gold, predicted, labels)
        counts[:, 1] -= [sum(label is None for label in words) for words in predicted]
        return counts


class ScoresNone(Accuracy):
    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        return super().count(gold, [[a or b for a, b in zip(p, g, strict=True)]
                                    for p, g in zip(predicted, gold, strict=True)], labels)


class Fractions(Accuracy):
    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        return super().value(sums) / 100


class ZeroForNothing(Accuracy):
    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        return np.nan_to_num(super().value(sums))


class SpansAcrossExamples(SpanF1):
    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        counts = super().count(gold, predicted, labels)
        joined = super().count([sum(map(tuple, gold), ())], [sum(map(tuple, predicted), ())], labels)
        counts[0] += joined[0] - counts.sum(axis=0)
        return np.abs(counts)


class RepairsTooMuch(Accuracy):
    def repaired(self, predicted: Sequence[Predicted]) -> NDArray[np.int64]:
        return np.array([len(words) + 1 for words in predicted])


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (Nameless, "summary say"),
        (CountsOncePerCorpus, "alone as beside others"),
        (SpansAcrossExamples, "alone as beside others"),
        (LeavesNoneOut, "never absent"),
        (ScoresNone, "never absent"),
        (Fractions, "has 100 points"),
        (ZeroForNothing, "NaN"),
        (RepairsTooMuch, "repaired counts labels"),
    ],
)
def test_a_broken_metric_is_found(metric: type[Accuracy], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_metric(metric())


class OnlyTheFirstAnswer(SquadExactMatch):
    def count(self, gold: Sequence[Gold], predicted: Sequence[str | None], language: str) -> Counts:
        return super().count([answers[:1] for answers in gold], predicted, language)


class LeavesSilenceOut(SquadExactMatch):
    def count(self, gold: Sequence[Gold], predicted: Sequence[str | None], language: str) -> Counts:
        counts = super().count(gold, predicted, language)
        counts[:, 1] -= [given is None for given in predicted]
        return counts


class SharesOfOne(SquadExactMatch):
    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        return super().value(sums) / 100


@pytest.mark.parametrize(("metric", "message"), [
    (OnlyTheFirstAnswer, "any of the gold answers has 100 points"),
    (LeavesSilenceOut, "never absent"),
    (SharesOfOne, "any of the gold answers has 100 points"),
])
def test_a_broken_metric_of_answers_is_found(metric: type[SquadExactMatch], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_answer_metric(metric())
