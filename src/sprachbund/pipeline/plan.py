"""One run's or evaluation's config to its stages; each stage gets only the part of the config it uses.

What a stage was not given cannot change its key: prepare never sees the fusion, predict never
sees the optimiser. This is how a sweep over fusions tokenises once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from sprachbund.core.canonical import Json, plain
from sprachbund.data.card import DatasetCard
from sprachbund.data.labels import POOLED, Kind
from sprachbund.data.locations import DataConfig
from sprachbund.metrics.metric import ANSWER_METRICS, FRAME_METRICS, METRICS
from sprachbund.models.encoders.opening import encoder_fingerprint
from sprachbund.models.encoders.source import EncoderInfo
from sprachbund.models.fusion.fusion import FUSIONS, FusionConfig
from sprachbund.models.saved_facts import model_description
from sprachbund.pipeline import score, versions
from sprachbund.pipeline.adapt_plan import ADAPTED
from sprachbund.pipeline.config import EvaluationConfig, RunConfig, ScoringConfig, TransferConfig
from sprachbund.pipeline.groundwork import (
    Groundwork,
    find_cards,
    find_targets,
    lay_groundwork,
    scored_corpora,
)
from sprachbund.pipeline.preparation import Corpora
from sprachbund.pipeline.prepare import load_task, source_for
from sprachbund.pipeline.resources import prediction_resources, training_resources
from sprachbund.stages.stage import Stage
from sprachbund.tasks.task import Task

_METRICS: Mapping[Kind, tuple[str, ...]] = {"span": ANSWER_METRICS, "joint": FRAME_METRICS}
"""Metrics that are in the keys of one kind of task only; those of all others share the rest."""


@dataclass(frozen=True)
class RunPlan:
    """The stages of a run.

    Args:
        config: what was asked.
        targets: target languages in order, source left out.
        provenance: the encoder's sentence for every table, or "".
        scores: one score stage for each system and seed, in this order.
        cards: cards of the data sets used.
        notes: sentences for the user (folders that are no languages, no dev data).
        aggregators: a system's label -> the same without layer numbers.
    """

    config: RunConfig | EvaluationConfig
    targets: tuple[str, ...]
    provenance: str
    scores: tuple[Stage, ...]
    cards: tuple[DatasetCard, ...] = ()
    notes: tuple[str, ...] = field(default=())
    aggregators: Mapping[str, str] = field(default_factory=dict)


def plan_run(config: RunConfig) -> RunPlan:
    """Turn a run into stages; reads file digests and the encoder's config, opens neither data nor weights.

    Raises:
        DataError: a data set, language or split that is not there.
        LanguageError: a target that the data do not have.
        ModelError: an encoder that is not there, a layer that it does not have.
    """
    ground = lay_groundwork(config)
    models = [train_stage(ground, config, fusion, seed) for fusion in config.fusion for seed in config.seeds]
    scores = tuple(
        score_stage(config, predict_stage(config, model, ground.info, ground.scored), ground.scored, ground.task,
                    model.label.removeprefix("train "))
        for model in models
    )
    aggregators = {fusion.label(): fusion.aggregator() for fusion in config.fusion}
    provenance = "" if ground.adaptation else ground.info.provenance  # what was adapted says so in its rows
    return RunPlan(config, ground.targets, provenance, scores, ground.cards, ground.notes, aggregators)


def plan_evaluation(config: EvaluationConfig) -> RunPlan:
    """Turn the evaluation of a model trained elsewhere into stages.

    Raises:
        DataError, LanguageError: as in `plan_run`.
        ModelError: the model is not there.
    """
    task = load_task(config.task)
    data = source_for(plain(config.data), task, config.data_dir)
    model = config.encoder_config()
    targets = find_targets(config, data)
    fingerprint = encoder_fingerprint(model)
    corpora = Corpora(config, task, model, fingerprint, config.max_pieces)
    scored = scored_corpora(config, corpora, data, targets)
    predictions = Stage(
        kind="predict",
        version=versions.PREDICT,
        function="sprachbund.pipeline.predict:run",
        config={"task": task.name, "source": config.source, "model": Path(config.model).name,
                "precision": config.precision, **_search(config, task)},
        inputs=scored,
        files={"model": fingerprint},
        settings={"model": plain(model), "device": config.device, "unknown_labels": config.unknown_labels,
                  "data": plain(config.data), "data_dir": config.data_dir},
        label=f"predict with {Path(config.model).name}",
        resources=prediction_resources(None, device=config.device, threads=config.threads),
    )
    scores = score_stage(config, predictions, scored, task, Path(config.model).name)
    return RunPlan(config, targets, model_description(model).provenance, (scores,), find_cards(data))


def train_stage(ground: Groundwork, config: TransferConfig, fusion: FusionConfig, seed: int) -> Stage:
    """One system trained with one seed.

    Args:
        ground: of the same task, source language and encoder.
        config: how it is trained.
        fusion: the system.
        seed: the root seed.

    Raises:
        ModelError: a layer that the encoder does not have.
    """
    fusion.layers(ground.info.n_layers)  # refuses layers that are not there, before anything runs
    component = FUSIONS.load(fusion.type)
    training = config.training
    neutral = ("device", "checkpoint_seconds", "trim_vocabulary")
    return Stage(
        kind="train",
        version=versions.TRAIN,
        function="sprachbund.pipeline.train:run",
        config={
            "task": ground.task.name,
            "source": config.source,
            "encoder": config.encoder.name,
            "fusion": plain(fusion),
            "fusion_version": component.value.version,
            "pooling": config.pooling if ground.task.kind in POOLED else None,
            "head_normalisation": config.head_normalisation,
            **({"answers": plain(config.answers)} if ground.task.kind == "span" else {}),
            **({"intent_weight": config.intent_weight} if ground.task.kind == "joint" else {}),
            "training": plain(training),
            "seed": seed,
        },
        inputs={"train": ground.train, **ground.more.stages, **({"dev": ground.dev} if ground.dev else {}),
                **({ADAPTED: ground.adaptation} if ground.adaptation else {})},
        files={"encoder": ground.fingerprint},
        extensions=(component.distribution,) if component.distribution else (),
        settings={
            "encoder": plain(config.encoder),
            "training": {name: getattr(training, name) for name in neutral},
            "system": fusion.label(),
            "more_sources": list(config.more_sources),
            "beyond": ground.more.beyond,
        },
        label=f"train {fusion.label()}, seed {seed}",
        resources=training_resources(ground.info, device=training.device, threads=training.threads,
                                     trim_vocabulary=training.trim_vocabulary),
        after=ground.checks,
    )


def predict_stage(config: TransferConfig, model: Stage, info: EncoderInfo, corpora: Mapping[str, Stage]) -> Stage:
    """A trained model's predictions on some corpora."""
    return Stage(
        kind="predict",
        version=versions.PREDICT,
        function="sprachbund.pipeline.predict:run",
        config={"task": config.task, "precision": config.training.precision, **_search(config, load_task(config.task))},
        inputs={"model": model, **corpora},
        settings={"device": config.training.device},
        label=model.label.replace("train ", "predict ", 1),
        resources=prediction_resources(info, device=config.training.device, threads=config.training.threads),
    )


def score_stage(
    config: ScoringConfig, predictions: Stage, corpora: Mapping[str, Stage], task: Task, name: str,
    data: DataConfig | None = None,
) -> Stage:
    """The scores of predictions on some corpora; `data` says where these lie, None: in the targets' data set."""
    others = chain.from_iterable(_METRICS.values())
    names = _METRICS.get(task.kind) or sorted(set(METRICS.built_in).difference(others))
    versions: dict[str, Json] = {name: METRICS.load(name).value.version for name in names}
    return Stage(
        kind="score",
        version=score.VERSION,
        function="sprachbund.pipeline.score:run",
        config={"task": task.name, "task_version": task.version, "unknown_labels": config.unknown_labels,
                "metrics": versions, **({"no_answer": config.answers.no_answer} if task.kind == "span" else {})},
        inputs={"predictions": predictions, **corpora},
        settings={"data": plain(data or config.test_data_config()), "data_dir": config.data_dir},
        label=f"score {name}",
    )


def _search(config: ScoringConfig, task: Task) -> dict[str, Json]:
    """How a task that answers questions looks for the answers; nothing for others."""
    return {"answers": plain(config.answers.search())} if task.kind == "span" else {}
