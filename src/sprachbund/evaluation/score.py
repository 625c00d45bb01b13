"""Predictions and gold labels to score rows with per-example counts; no weights are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprachbund.data.labels import OUTSIDE, LabelSpace, UnknownLabels, check_labels
from sprachbund.evaluation.predictions import Predictions
from sprachbund.metrics.metric import METRICS, Metric
from sprachbund.results.records import ScoreRow
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RowDescription:
    """What every row of a model has in common; the fields are those of `ScoreRow`."""

    task: str
    encoder: str
    provenance: str
    fusion: str
    system: str
    layers: tuple[int, ...]
    gate: str
    intermediate: tuple[str, ...]
    train_data: str
    train_examples: int
    source: str
    seed: int
    stage: str

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any], *, task: str, stage: str) -> RowDescription:
        """From what a loaded model says of itself (`LoadedModel.facts`)."""
        own = {name: facts[name] for name in cls.__slots__ if name not in {"task", "stage"}}
        own |= {name: tuple(own[name]) for name in ("layers", "intermediate")}
        return cls(**own, task=task, stage=stage)


@dataclass(frozen=True, slots=True)
class Scored:
    """One corpus as it is scored: gold and predicted labels of every example, and what was left out.

    Args:
        gold, predicted: labels of each example, of equal lengths; None where there is no prediction.
        ignored: (examples,) gold labels left out, or read as "O", because the source does not know them.
    """

    gold: list[list[str]]
    predicted: list[list[str | None]]
    ignored: Integers


def score(
    corpus: EncodedCorpus,
    predictions: Predictions,
    space: LabelSpace,
    metrics: Sequence[str],
    unknown_labels: UnknownLabels,
    description: RowDescription,
) -> list[ScoreRow]:
    """Score one corpus by several metrics.

    Args:
        corpus: with gold labels throughout.
        predictions: of one model on that corpus.
        space: the model's label space.
        metrics: registered names, the primary one first.
        unknown_labels: "fail", or "ignore": words (texts) whose gold label the source does not know are left
            out of the scores and counted; where spans are tagged they count as outside instead, since a
            sentence with a hole has other spans.
        description: what the rows say of the model.

    Returns:
        One row a metric.

    Raises:
        LabelError: an unknown gold label under "fail".
        DataError: predictions for other data, or gold labels that are missing.
    """
    scored = compare_labels(corpus, predictions, space, unknown_labels)
    words = np.fromiter(map(len, scored.gold), dtype=np.int64, count=len(scored.gold))
    common: dict[str, Any] = {name: getattr(description, name) for name in RowDescription.__slots__}
    rows = []
    for place, name in enumerate(metrics):
        metric: Metric = METRICS.load(name).value()
        rows.append(
            ScoreRow(
                **common,
                data_set=corpus.data_set,
                split=corpus.split,
                fingerprint=corpus.fingerprint,
                metric=name,
                metric_version=metric.version,
                primary=place == 0,
                target=corpus.language,
                run="",
                columns=metric.columns(space.labels),
                identities=corpus.identities,
                counts=metric.count(scored.gold, scored.predicted, space.labels),
                words=words,
                windowed=corpus.windowed.astype(np.int64),
                unpredicted=corpus.unpredicted.astype(np.int64),
                repaired=metric.repaired(scored.predicted),
                ignored=scored.ignored,
                notes=dict(corpus.notes),
            )
        )
    return rows


def primary_score(corpus: EncodedCorpus, predictions: Predictions, space: LabelSpace, metric: str) -> float:
    """The score of one corpus by one metric, in points; gold labels unknown to the model are left out.

    Raises:
        DataError: predictions for other data, or gold labels that are missing.
    """
    scored = compare_labels(corpus, predictions, space, "ignore")
    scorer: Metric = METRICS.load(metric).value()
    return float(scorer.value(scorer.count(scored.gold, scored.predicted, space.labels).sum(axis=0)))


def compare_labels(
    corpus: EncodedCorpus, predictions: Predictions, space: LabelSpace, unknown_labels: UnknownLabels
) -> Scored:
    """Put gold and predicted labels side by side; raises as `score` does."""
    gold, predicted = corpus.gold(), predictions.by_example(corpus)
    ignored = np.zeros(len(gold), dtype=np.int64)
    found = check_labels(((name, None) for name in corpus.label_names), space, unknown_labels,
                         language=f"{corpus.data_set} {corpus.language} {corpus.split}")
    unknown = set(found.counts)
    if not unknown:
        return Scored(gold, predicted, ignored)
    for number, labels in enumerate(gold):
        known = [label not in unknown for label in labels]
        ignored[number] = len(labels) - sum(known)
        if not ignored[number]:
            continue
        if space.spans:
            gold[number] = [label if keep else OUTSIDE for label, keep in zip(labels, known, strict=True)]
        else:
            gold[number] = [label for label, keep in zip(labels, known, strict=True) if keep]
            predicted[number] = [label for label, keep in zip(predicted[number], known, strict=True) if keep]
    return Scored(gold, predicted, ignored)
