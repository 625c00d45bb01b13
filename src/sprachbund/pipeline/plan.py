"""One run's or evaluation's config to its stages; each stage gets only the part of the config it uses.

What a stage was not given cannot change its key: prepare never sees the fusion, predict never
sees the optimiser. This is how a sweep over fusions tokenises once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sprachbund.core.canonical import Json, plain
from sprachbund.core.errors import DataError, LanguageError, join_or
from sprachbund.data.card import DatasetCard
from sprachbund.data.locations import DataConfig
from sprachbund.data.source import DataSource
from sprachbund.languages.language import find_variant
from sprachbund.metrics.metric import METRICS
from sprachbund.models.encoders.opening import encoder_fingerprint, encoder_info
from sprachbund.models.encoders.source import EncoderConfig, EncoderInfo
from sprachbund.models.fusion.fusion import FUSIONS, FusionConfig
from sprachbund.models.saved_facts import model_description
from sprachbund.pipeline import check, prepare, score, versions
from sprachbund.pipeline.config import EvaluationConfig, RunConfig, ScoringConfig
from sprachbund.pipeline.corpora import CORPUS
from sprachbund.pipeline.prepare import load_task, source_for
from sprachbund.pipeline.resources import prediction_resources, training_resources
from sprachbund.stages.stage import Resources, Stage
from sprachbund.tasks.task import Task


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
    """

    config: RunConfig | EvaluationConfig
    targets: tuple[str, ...]
    provenance: str
    scores: tuple[Stage, ...]
    cards: tuple[DatasetCard, ...] = ()
    notes: tuple[str, ...] = field(default=())


def plan_run(config: RunConfig) -> RunPlan:
    """Turn a run into stages; reads file digests and the encoder's config, opens neither data nor weights.

    Raises:
        DataError: a data set, language or split that is not there.
        LanguageError: a target that the data do not have.
        ModelError: an encoder that is not there, a layer that it does not have.
    """
    task = load_task(config.task)
    training_data = source_for(plain(config.data), task, config.data_dir)
    test_data = source_for(plain(config.test_data_config()), task, config.data_dir)
    info = encoder_info(config.encoder)
    for fusion in config.fusion:
        fusion.layers(info.n_layers)  # refuses layers that are not there, before anything runs
    targets = _targets(config, test_data)
    corpora = _Corpora(config, task, config.encoder, encoder_fingerprint(config.encoder), config.training.max_pieces)
    train_stage = corpora.prepare(config.data, training_data, config.source, "train", config.train_limit)
    dev_stage, notes = _dev(config, corpora, training_data, test_data)
    scored = _scored(config, corpora, test_data, targets)
    checks = _checks(config, task, train_stage, scored)
    models = [
        _train(config, task, corpora, info, fusion, seed, train_stage, dev_stage, checks)
        for fusion in config.fusion
        for seed in config.seeds
    ]
    scores = tuple(
        _score(config, _predict(config, model, info, scored), scored, task, model.label.removeprefix("train "))
        for model in models
    )
    return RunPlan(config, targets, info.provenance, scores, _cards(training_data, test_data), notes)


def plan_evaluation(config: EvaluationConfig) -> RunPlan:
    """Turn the evaluation of a model trained elsewhere into stages.

    Raises:
        DataError, LanguageError: as in `plan_run`.
        ModelError: the model is not there.
    """
    task = load_task(config.task)
    data = source_for(plain(config.data), task, config.data_dir)
    model = config.encoder_config()
    targets = _targets(config, data)
    fingerprint = encoder_fingerprint(model)
    corpora = _Corpora(config, task, model, fingerprint, config.max_pieces)
    scored = _scored(config, corpora, data, targets)
    predictions = Stage(
        kind="predict",
        version=versions.PREDICT,
        function="sprachbund.pipeline.predict:run",
        config={"task": task.name, "source": config.source, "model": Path(config.model).name,
                "precision": config.precision},
        inputs=scored,
        files={"model": fingerprint},
        settings={"model": plain(model), "device": config.device, "unknown_labels": config.unknown_labels,
                  "data": plain(config.data), "data_dir": config.data_dir},
        label=f"predict with {Path(config.model).name}",
        resources=prediction_resources(None, device=config.device, threads=config.threads),
    )
    score_stage = _score(config, predictions, scored, task, Path(config.model).name)
    return RunPlan(config, targets, model_description(model).provenance, (score_stage,), _cards(data))


@dataclass(frozen=True)
class _Corpora:
    """What all prepare stages of a plan share."""

    config: ScoringConfig
    task: Task
    encoder: EncoderConfig
    fingerprint: str
    max_pieces: int

    def prepare(self, data: DataConfig, source: DataSource, language: str, split: str, limit: int | None) -> Stage:
        return Stage(
            kind="prepare",
            version=prepare.VERSION,
            function="sprachbund.pipeline.prepare:run",
            config={
                "task": self.task.name,
                "task_version": self.task.version,
                "data_set": source.name,
                "language": language,
                "split": split,
                "limit": limit,
                "max_pieces": self.max_pieces,
            },
            files={"data": source.fingerprint(language, split), "encoder": self.fingerprint},
            settings={"data": plain(data), "data_dir": self.config.data_dir, "encoder": plain(self.encoder)},
            label=f"prepare {source.name} {language} {split}",
            resources=Resources(cpus=1, memory_gib=1.0),
        )


def _scored(
    config: ScoringConfig, corpora: _Corpora, data: DataSource, targets: tuple[str, ...]
) -> dict[str, Stage]:
    """The corpora that are predicted and scored: the source language's own, where there is one, and the targets'."""
    source = (config.source,) if config.source in data.languages(config.split) else ()
    return {
        CORPUS + code: corpora.prepare(config.test_data_config(), data, code, config.split, config.test_limit)
        for code in (*source, *targets)
    }


def _checks(config: RunConfig, task: Task, train: Stage, scored: Mapping[str, Stage]) -> tuple[Stage, ...]:
    """What must be right before hours of training, and could be found wrong after it."""
    if config.unknown_labels != "fail":
        return ()
    labels = Stage(
        kind="check",
        version=check.VERSION,
        function="sprachbund.pipeline.check:run",
        config={"task": task.name},
        inputs={check.TRAIN: train, **scored},
        settings={"data": plain(config.test_data_config()), "data_dir": config.data_dir},
        label="check the labels of all languages",
    )
    return (labels,)


def _train(
    config: RunConfig, task: Task, corpora: _Corpora, info: EncoderInfo, fusion: FusionConfig, seed: int, data: Stage,
    dev: Stage | None, checks: tuple[Stage, ...],
) -> Stage:
    component = FUSIONS.load(fusion.type)
    training = config.training
    neutral = ("device", "checkpoint_seconds", "trim_vocabulary")
    return Stage(
        kind="train",
        version=versions.TRAIN,
        function="sprachbund.pipeline.train:run",
        config={
            "task": task.name,
            "source": config.source,
            "encoder": config.encoder.name,
            "fusion": plain(fusion),
            "fusion_version": component.value.version,
            "pooling": config.pooling if task.kind == "sequence" else None,
            "training": plain(training),
            "seed": seed,
        },
        inputs={"train": data, **({"dev": dev} if dev else {})},
        files={"encoder": corpora.fingerprint},
        extensions=(component.distribution,) if component.distribution else (),
        settings={
            "encoder": plain(config.encoder),
            "training": {name: getattr(training, name) for name in neutral},
            "system": fusion.label(),
        },
        label=f"train {fusion.label()}, seed {seed}",
        resources=training_resources(info, device=training.device, threads=training.threads,
                                     trim_vocabulary=training.trim_vocabulary),
        after=checks,
    )


def _predict(config: RunConfig, model: Stage, info: EncoderInfo, corpora: Mapping[str, Stage]) -> Stage:
    return Stage(
        kind="predict",
        version=versions.PREDICT,
        function="sprachbund.pipeline.predict:run",
        config={"task": config.task, "precision": config.training.precision},
        inputs={"model": model, **corpora},
        settings={"device": config.training.device},
        label=model.label.replace("train ", "predict "),
        resources=prediction_resources(info, device=config.training.device, threads=config.training.threads),
    )


def _score(
    config: ScoringConfig, predictions: Stage, corpora: Mapping[str, Stage], task: Task, name: str
) -> Stage:
    versions: dict[str, Json] = {name: METRICS.load(name).value.version for name in METRICS.built_in}
    return Stage(
        kind="score",
        version=score.VERSION,
        function="sprachbund.pipeline.score:run",
        config={"task": task.name, "task_version": task.version, "unknown_labels": config.unknown_labels,
                "metrics": versions},
        inputs={"predictions": predictions, **corpora},
        settings={"data": plain(config.test_data_config()), "data_dir": config.data_dir},
        label=f"score {name}",
    )


def _targets(config: ScoringConfig, data: DataSource) -> tuple[str, ...]:
    present = data.languages(config.split)
    base = find_variant(config.source).language.code
    if config.targets is None:
        targets = tuple(code for code in present if find_variant(code).language.code != base)
    else:
        missing = [code for code in config.targets if code not in present]
        if missing:
            raise LanguageError(
                f"the data set {data.name} has no {config.split} data in {join_or(missing)}",
                remedy=f"it has: {', '.join(present)}",
            )
        targets = tuple(code for code in config.targets if code != config.source)
    if not targets:
        raise DataError(f"the data set {data.name} has no target language besides {config.source}",
                        remedy=f"languages with {config.split} data: {', '.join(present) or 'none'}")
    return targets


def _dev(
    config: RunConfig, corpora: _Corpora, training: DataSource, test: DataSource
) -> tuple[Stage | None, tuple[str, ...]]:
    for data, source in ((config.data, training), (config.test_data_config(), test)):
        if config.source in source.languages("dev"):
            return corpora.prepare(data, source, config.source, "dev", None), ()
    note = f"there are no dev data in {config.source}: the dev score is not shown and cannot choose a checkpoint"
    return None, (note,)


def _cards(*sources: DataSource) -> tuple[DatasetCard, ...]:
    return tuple({source.card.name: source.card for source in sources if source.card}.values())
