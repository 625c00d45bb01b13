"""The metric interface: per-example counts that add up, and a value computed from their sum.

Because counts add up, scores can be split, merged and resampled later without the model.
A word without a prediction comes as None and counts as wrong, never as absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.registry import Registry

Counts = NDArray[np.int64]
Gold = Sequence[str]
Predicted = Sequence[str | None]


class Metric(Protocol):
    """A way to score.

    For token tasks one example is a sequence of labels; for sequence tasks it is a sequence of
    length one, so that both have the same face.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    """Raised whenever a value can change; stands in every score row."""
    summary: ClassVar[str]
    """One line for tables and reports, with the source."""

    def columns(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Names of the counts for a label space (`("correct", "total")`), K of them."""
        ...

    def count(self, gold: Sequence[Gold], predicted: Sequence[Predicted], labels: Sequence[str]) -> Counts:
        """Count one corpus.

        Args:
            gold: for each example its gold labels.
            predicted: for each example its predictions, of the same length; None where there is none.
            labels: the label space (some metrics keep counts a class).

        Returns:
            (examples, K) counts; rows add up.
        """
        ...

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """Turn summed counts (..., K) into scores (...) in points, 0 to 100; NaN where nothing was counted."""
        ...

    def repaired(self, predicted: Sequence[Predicted]) -> NDArray[np.int64]:
        """For each example how many predicted labels had to be repaired (I- without B-); zeros elsewhere."""
        ...


class AnswerMetric(Protocol):
    """A way to score answers to questions, which are texts; everything else is as in `Metric`."""

    name: ClassVar[str]
    version: ClassVar[int]
    summary: ClassVar[str]

    def columns(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Names of the counts, K of them."""
        ...

    def count(self, gold: Sequence[Gold], predicted: Sequence[str | None], language: str) -> Counts:
        """Count one corpus.

        Args:
            gold: for each question its gold answers, of which any one is right; none where it cannot be answered.
            predicted: for each question the answer given, "" for "there is none", None for no prediction.
            language: code of the language the answers are in.

        Returns:
            (examples, K) counts; rows add up.
        """
        ...

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """Turn summed counts (..., K) into scores (...) in points, 0 to 100; NaN where nothing was counted."""
        ...

    def repaired(self, predicted: Sequence[str | None]) -> NDArray[np.int64]:
        """For each example how many predictions had to be repaired."""
        ...


ANSWER_METRICS = ("squad_f1", "squad_exact", "mlqa_f1", "mlqa_exact")
"""The built-in metrics that are an `AnswerMetric`; all others score labels."""
FRAME_METRICS = ("frame_accuracy", "slot_f1", "intent_accuracy")
"""The built-in metrics of frames, whose examples are an intent and the slots of the words."""

METRICS = Registry(
    "metric",
    "sprachbund.metrics",
    {
        "accuracy": "sprachbund.metrics.accuracy:Accuracy",
        "macro_f1": "sprachbund.metrics.macro_f1:MacroF1",
        "span_f1": "sprachbund.metrics.spans:SpanF1",
        "xtreme_f1": "sprachbund.metrics.spans:XtremeF1",
        "squad_f1": "sprachbund.metrics.squad:SquadF1",
        "squad_exact": "sprachbund.metrics.squad:SquadExactMatch",
        "mlqa_f1": "sprachbund.metrics.squad:MlqaF1",
        "mlqa_exact": "sprachbund.metrics.squad:MlqaExactMatch",
        "frame_accuracy": "sprachbund.metrics.frames:FrameAccuracy",
        "slot_f1": "sprachbund.metrics.frames:SlotF1",
        "intent_accuracy": "sprachbund.metrics.frames:IntentAccuracy",
    },
)
