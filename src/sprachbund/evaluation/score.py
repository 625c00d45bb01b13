"""Predictions and gold labels to score rows: per-example counts, with everything that was left out counted too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields
from itertools import compress
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import LabelError, join_or, near_matches
from sprachbund.data.labels import OUTSIDE, LabelSpace, UnknownLabels
from sprachbund.evaluation.predictions import Predictions
from sprachbund.metrics.frames import NOT_ASKED
from sprachbund.metrics.metric import METRICS, AnswerMetric, Metric
from sprachbund.results.records import ScoreRow
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

L = TypeVar("L")

CHUNK = 8192
"""Examples whose labels are Python objects at a time."""

_SHOWN = 5  # unknown labels named in a message


@dataclass(frozen=True, slots=True)
class RowDescription:
    """What a score row says of the model and the run; the fields are those of `ScoreRow`."""

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
    run: str
    stage: str
    more_sources: tuple[str, ...] = ()
    remark: str = ""

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any], *, task: str, stage: str) -> RowDescription:
        """Take what a stored model says of itself (`LoadedModel.facts`); other facts are left aside.

        Args:
            facts: JSON values by field name; `run` may be missing.
            task: name of the task that is scored.
            stage: key of the score stage.

        Raises:
            KeyError: a fact is missing.
        """
        values = {"run": "", "more_sources": (), **facts, "remark": facts.get("beyond", ""), "task": task,
                  "stage": stage}
        values |= {name: tuple(values[name]) for name in ("layers", "intermediate", "more_sources")}
        return cls(**{item.name: values[item.name] for item in fields(cls)})


@dataclass(frozen=True)
class _Pairs:
    """Gold and predicted labels that are scored, and for each example how many gold labels were unknown."""

    gold: list[list[str]]
    predicted: list[list[str | None]]
    ignored: NDArray[np.int64]


def score(
    corpus: EncodedCorpus,
    predictions: Predictions,
    labels: LabelSpace,
    metrics: Sequence[str],
    unknown_labels: UnknownLabels,
    description: RowDescription,
) -> list[ScoreRow]:
    """Score one corpus by some metrics.

    A word without a prediction counts as wrong. Gold labels that the source language does not know
    make an error under "fail". Under "ignore" they are counted in `ignored`, and their words are left
    out of the scores; where spans are tagged they become "O" instead, so that spans keep their places. A sentence with
    an unknown intent is scored by its slots alone.

    Args:
        corpus: with gold labels throughout.
        predictions: made for this corpus.
        labels: the source language's label space.
        metrics: registered names, the primary one first.
        unknown_labels: "fail" or "ignore".
        description: what the rows say of the model.

    Returns:
        One row a metric.

    Raises:
        DataError: gold labels are missing, or the predictions were made for other data.
        LabelError: under "fail", gold labels that the label space lacks.
        RegistryError: an unknown metric.
    """
    loaded: list[Metric] = [METRICS.load(name).value() for name in metrics]
    labels = _numbered(corpus, labels)
    if unknown_labels == "fail":
        check_labels(corpus, labels)
    parts = [_count(pairs, loaded, labels) for pairs in _pairs(corpus, predictions, labels)]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return [
        row_of(corpus, whole, metric, labels, description, primary=number == 0) for number, metric in enumerate(loaded)
    ]


def check_labels(corpus: EncodedCorpus, labels: LabelSpace) -> None:
    """Make sure that the source language knows every gold label of a corpus, as `score` does under "fail".

    Raises:
        LabelError: it does not; names the labels and how often they occur.
    """
    known = set(_numbered(corpus, labels).labels)
    if not known.issuperset(corpus.label_names):
        corpus.gold(slice(0, 0))  # says which example lacks its label
        times = np.bincount(corpus.gold_ids, minlength=len(corpus.label_names)).tolist()
        unknown = Counter({name: count for name, count in zip(corpus.label_names, times, strict=True)
                           if count and name not in known})
        if unknown:
            raise _unknown(corpus, unknown, labels)


def primary_score(corpus: EncodedCorpus, predictions: Predictions, labels: LabelSpace, metric: str) -> float:
    """Score one corpus by one metric, in points; gold labels that the label space lacks are left out.

    Raises:
        DataError: gold labels are missing, or the predictions were made for other data.
        RegistryError: an unknown metric.
    """
    measure: Metric = METRICS.load(metric).value()
    labels = _numbered(corpus, labels)
    sums = [measure.count(pairs.gold, pairs.predicted, labels.labels).sum(axis=0)
            for pairs in _pairs(corpus, predictions, labels)]
    return float(measure.value(np.sum(sums, axis=0)))


def _numbered(corpus: EncodedCorpus, labels: LabelSpace) -> LabelSpace:
    """Of choices the space of their numbers, of which other data may have more than the training data had."""
    return labels if corpus.kind != "choice" else LabelSpace(kind="choice", labels=corpus.choice_names)


def _count(pairs: _Pairs, metrics: Sequence[Metric], labels: LabelSpace) -> dict[str, NDArray[np.int64]]:
    """Everything that is counted of some examples, a row an example; what one metric counts bears its name."""
    return {
        "words": np.array([len(one) for one in pairs.gold], dtype=np.int64),
        "unpredicted": np.array([one.count(None) for one in pairs.predicted], dtype=np.int64),
        "ignored": pairs.ignored,
        **{f"counts {metric.name}": metric.count(pairs.gold, pairs.predicted, labels.labels) for metric in metrics},
        **{f"repaired {metric.name}": metric.repaired(pairs.predicted) for metric in metrics},
    }


def row_of(
    corpus: EncodedCorpus, whole: Mapping[str, NDArray[np.int64]], metric: Metric | AnswerMetric,
    labels: LabelSpace, description: RowDescription, *, primary: bool,
) -> ScoreRow:
    """The row of one metric.

    Args:
        corpus: what was scored.
        whole: (n, ...) arrays by name: "words", "unpredicted", "ignored", and of every metric "counts NAME" and
            "repaired NAME".
        metric: which.
        labels: the label space.
        description: what the row says of the model.
        primary: whether this is the task's primary metric.
    """
    return ScoreRow(
        **{item.name: getattr(description, item.name) for item in fields(description)},
        data_set=corpus.data_set,
        split=corpus.split,
        fingerprint=corpus.fingerprint,
        metric=metric.name,
        metric_version=metric.version,
        primary=primary,
        target=corpus.language,
        columns=metric.columns(labels.labels),
        identities=tuple(corpus.identities),
        counts=whole[f"counts {metric.name}"],
        words=whole["words"],
        windowed=np.asarray(corpus.windowed, dtype=np.int64),
        unpredicted=whole["unpredicted"],
        repaired=whole[f"repaired {metric.name}"],
        ignored=whole["ignored"],
        notes=dict(corpus.notes),
    )


def _pairs(corpus: EncodedCorpus, predictions: Predictions, labels: LabelSpace) -> Iterator[_Pairs]:
    """Labels of some examples at a time: as Python objects they take far more memory than as arrays."""
    known = set(labels.labels)
    for first in range(0, max(corpus.n_examples, 1), CHUNK):
        part = slice(first, first + CHUNK)
        yield _without_unknown(corpus.gold(part), predictions.by_example(corpus, part), known, labels)


def _without_unknown(
    gold: list[list[str]], predicted: list[list[str | None]], known: Set[str], labels: LabelSpace
) -> _Pairs:
    ignored = np.array([sum(label not in known for label in one) for one in gold], dtype=np.int64)
    if not ignored.any():
        return _Pairs(gold, predicted, ignored)
    if labels.kind == "joint":
        gold = [[label if label in known else OUTSIDE if place else NOT_ASKED for place, label in enumerate(one)]
                for one in gold]
        return _Pairs(gold, predicted, ignored)
    if labels.spans:
        gold = [[label if label in known else OUTSIDE for label in one] for one in gold]
        return _Pairs(gold, predicted, ignored)
    kept = [[label in known for label in one] for one in gold]
    return _Pairs(_kept(gold, kept), _kept(predicted, kept), ignored)


def _kept(rows: list[list[L]], keep: list[list[bool]]) -> list[list[L]]:
    return [list(compress(row, flags)) for row, flags in zip(rows, keep, strict=True)]


def _unknown(corpus: EncodedCorpus, unknown: Counter[str], labels: LabelSpace) -> LabelError:
    item = {"tokens": "word", "joint": "label"}.get(corpus.kind, "text")
    shown = [f"{label!r} ({count} {item}{'s' * (count > 1)})" for label, count in unknown.most_common(_SHOWN)]
    more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
    near = sorted({match for label in unknown for match in near_matches(label, labels.labels)})
    hint = f" (near: {join_or(near)})" if near else ""
    return LabelError(
        f"the gold labels of {corpus.data_set} {corpus.language} {corpus.split} hold what the source language's "
        f"training data do not know: {', '.join(shown)}{more}{hint}; known: {', '.join(labels.labels)}",
        remedy="mend the labels, or leave such items out of the scores with --unknown-labels ignore",
    )
