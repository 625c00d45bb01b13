"""What a trained model loses where its fused state loses a subspace, or its gate stands still: scores, paired."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sprachbund.evaluation.predict import predict_together
from sprachbund.evaluation.probes.bootstrap import RESAMPLES, bound
from sprachbund.evaluation.probes.interventions import WithFrozenGate, WithoutSubspace, changed
from sprachbund.evaluation.probes.removal import StateSubspaces, kind_of
from sprachbund.evaluation.score import RowDescription, score
from sprachbund.metrics.metric import METRICS, Metric
from sprachbund.models.saved_model import LoadedModel
from sprachbund.models.transfer_model import TransferModel
from sprachbund.results.gates import GateRow, pooled_mean
from sprachbund.results.probe_findings import Role, TaskEffect
from sprachbund.results.records import ScoreRow
from sprachbund.statistics.comparisons import compare
from sprachbund.statistics.resampling import observed_scores
from sprachbund.tokenization.encoded_corpus import EncodedCorpus


def changed_models(
    model: TransferModel, subspaces: StateSubspaces | None, gate: Sequence[GateRow]
) -> dict[str, TransferModel]:
    """The model as it is under "", and every change of it by name.

    Args:
        model: the trained model.
        subspaces: of its fused state, or None.
        gate: statistics of its gate on the source language's texts; empty where it has none.
    """
    models = {"": model}
    if subspaces is not None:
        for name, basis in subspaces.bases.items():
            models[f"without {name}"] = changed(model, WithoutSubspace(model.fusion, basis, subspaces.mean))
    if gate:
        mean = pooled_mean(gate)
        models["frozen gate"] = changed(model, WithFrozenGate(model.fusion, mean))
        models["frozen scalar gate"] = changed(model, WithFrozenGate(model.fusion, np.full_like(mean, mean.mean())))
    return models


def task_effects(
    loaded: LoadedModel, models: Mapping[str, TransferModel], corpora: Sequence[EncodedCorpus], metric: str, role: Role,
    ranks: Mapping[str, int], *, precision: str = "auto", emit: Callable[[int, int], None] | None = None,
) -> list[TaskEffect]:
    """Score the changed models and compare each with the whole one, language by language.

    Args:
        loaded: the whole model with its labels.
        models: as `changed_models` gives them.
        corpora: labelled texts, one a language; labels that the model does not know are left out.
        metric: registered name.
        role: of the model in the findings.
        ranks: kind of a subspace -> its rank.
        precision, emit: as in `predict`.

    Raises:
        DataError: gold labels are missing.
    """
    predicted = predict_together(list(models.values()), corpora, loaded.labels, precision=precision, emit=emit)
    facts = RowDescription.from_facts(loaded.facts(), task=loaded.description.task, stage="")
    measure: Metric = METRICS.load(metric).value()
    effects = []
    for number, corpus in enumerate(corpora):
        rows: dict[str, list[ScoreRow]] = {}
        for name, found in zip(models, predicted, strict=True):
            (row,) = score(corpus, found[number], loaded.labels, [metric], "ignore", facts)
            rows.setdefault(_change(name), []).append(row)
        whole = rows.pop("")[0].counts
        for change, repeated in rows.items():
            counts = np.stack([row.counts for row in repeated])
            base = np.broadcast_to(whole, counts.shape)
            found_here = compare(base, counts, measure.value, resamples=RESAMPLES, name=corpus.language)
            effects.append(TaskEffect(
                role, change, ranks.get(change.removeprefix("without "), 0), loaded.description.task, corpus.data_set,
                corpus.split, metric, corpus.language, corpus.n_examples,
                float(observed_scores(whole, measure.value).mean()),
                float(observed_scores(counts, measure.value).mean()), found_here.difference,
                bound(found_here.interval.low), bound(found_here.interval.high),
            ))
    return effects


def _change(name: str) -> str:
    """"without random" of "without random 2"."""
    before, without, subspace = name.partition("without ")
    return f"without {kind_of(subspace)}" if without and not before else name
