"""One model over all target languages, from encoded corpora to score rows, in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sprachbund.data.labels import LabelSpace, UnknownLabels
from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.score import RowDescription, score
from sprachbund.models.classifier import Classifier
from sprachbund.results.records import ScoreRow
from sprachbund.tokenization.encoded_corpus import EncodedCorpus


def evaluate_targets(
    model: Classifier,
    corpora: Sequence[EncodedCorpus],
    labels: LabelSpace,
    metrics: Sequence[str],
    description: RowDescription,
    *,
    unknown_labels: UnknownLabels = "fail",
    precision: str = "auto",
    emit: Callable[[int, int], None] | None = None,
) -> list[ScoreRow]:
    """Predict all languages in one stream and score each.

    Args:
        model: on the device where it shall run.
        corpora: one a language, with gold labels.
        labels: the source language's label space.
        metrics: registered names, the primary one first.
        description: what the rows say of the model.
        unknown_labels: what happens to gold labels that the source does not know.
        precision: "auto", "bf16" or "fp32".
        emit: told windows done and windows in all.

    Returns:
        Rows of the first corpus, one a metric, then of the second, and so on.

    Raises:
        DataError, LabelError, ModelError, RegistryError: see `predict` and `score`.
    """
    predictions = predict(model, corpora, labels, precision=precision, emit=emit)
    return [
        row
        for corpus, predicted in zip(corpora, predictions, strict=True)
        for row in score(corpus, predicted, labels, metrics, unknown_labels, description)
    ]
