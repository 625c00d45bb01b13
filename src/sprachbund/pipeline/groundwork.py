"""What all trainings of a task share: its corpora as prepare stages, and the check of their labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sprachbund.core.canonical import plain
from sprachbund.core.errors import DataError, LanguageError, join_or
from sprachbund.data.card import DatasetCard
from sprachbund.data.locations import DataConfig
from sprachbund.data.source import DataSource
from sprachbund.languages.language import find_variant
from sprachbund.models.encoders.opening import encoder_fingerprint, encoder_info
from sprachbund.models.encoders.source import EncoderInfo
from sprachbund.pipeline import check
from sprachbund.pipeline.adapt_plan import plan_adaptation
from sprachbund.pipeline.config import ScoringConfig, TransferConfig
from sprachbund.pipeline.corpora import CORPUS, TRAIN
from sprachbund.pipeline.more_training import MoreTraining, more_training
from sprachbund.pipeline.preparation import Corpora
from sprachbund.pipeline.prepare import load_task, source_for
from sprachbund.stages.stage import Stage
from sprachbund.tasks.task import Task


@dataclass(frozen=True)
class Groundwork:
    """The ground that the trainings of one task stand on.

    Args:
        config: what was asked; fusions, seeds and most settings of training do not matter here.
        task: the registered task.
        info: of the encoder.
        fingerprint: of the encoder.
        train: the source language's training data.
        dev: its dev data, or None where there are none.
        dev_data: the data set that the dev data come from.
        more: what is learnt beside the source language's training data.
        scored: input name ("corpus CODE") -> test data of the source language, where there are some, and the targets.
        checks: what must be right before hours of training, and could be found wrong after it.
        targets: target languages in order, source left out.
        cards: cards of the data sets used.
        notes: sentences for the user (no dev data).
        adaptation: what makes the encoder that is trained, where it learns from raw text first; else None.
    """

    config: TransferConfig
    task: Task
    info: EncoderInfo
    fingerprint: str
    train: Stage
    dev: Stage | None
    dev_data: DataConfig
    more: MoreTraining
    scored: Mapping[str, Stage]
    checks: tuple[Stage, ...]
    targets: tuple[str, ...]
    cards: tuple[DatasetCard, ...]
    notes: tuple[str, ...]
    adaptation: Stage | None = None


def lay_groundwork(config: TransferConfig) -> Groundwork:
    """Plan what comes before training; reads file digests and the encoder's config, opens neither data nor weights.

    Raises:
        DataError: a data set, language or split that is not there.
        LanguageError: a target that the data do not have.
        ModelError: an encoder that is not there.
    """
    task = load_task(config.task)
    training_data = source_for(plain(config.data), task, config.data_dir)
    test_data = source_for(plain(config.test_data_config()), task, config.data_dir)
    targets = find_targets(config, test_data)
    fingerprint = encoder_fingerprint(config.encoder)
    corpora = Corpora(config, task, config.encoder, fingerprint, config.training.max_pieces)
    train = corpora.prepare(config.data, training_data, config.source, "train", config.train_limit)
    dev_data, dev, notes = _dev(config, corpora, training_data, test_data)
    more = more_training(config, corpora, training_data, test_data, targets)
    scored = scored_corpora(config, corpora, test_data, targets)
    checks, info = _checks(config, task, {TRAIN: train, **more.stages}, scored), encoder_info(config.encoder)
    return Groundwork(
        config, task, info, fingerprint, train, dev, dev_data, more,
        scored, checks, targets,
        find_cards(training_data, test_data, *more.data), (*notes, *more.notes),
        _adaptation(config, info, fingerprint, checks),
    )


def _adaptation(
    config: TransferConfig, info: EncoderInfo, fingerprint: str, checks: tuple[Stage, ...]
) -> Stage | None:
    """On the device, and with the threads, of the trainings that follow, unless it names its own."""
    if config.adapt is None:
        return None
    place = {"device": config.training.device if config.adapt.device == "auto" else config.adapt.device,
             "threads": config.adapt.threads or config.training.threads}
    stage = plan_adaptation(config.adapt.model_copy(update=place), config.encoder, info, fingerprint, config.data_dir)
    return replace(stage, after=checks)


def scored_corpora(
    config: ScoringConfig, corpora: Corpora, data: DataSource, targets: tuple[str, ...]
) -> dict[str, Stage]:
    """The corpora that are predicted and scored: the source language's own, where there is one, and the targets'."""
    source = (config.source,) if config.source in data.languages(config.split) else ()
    return {
        CORPUS + code: corpora.prepare(config.test_data_config(), data, code, config.split, config.test_limit)
        for code in (*source, *targets)
    }


def find_targets(config: ScoringConfig, data: DataSource) -> tuple[str, ...]:
    """The target languages that a config names, or all that the data have.

    Raises:
        DataError: there is none.
        LanguageError: a named one that the data do not have.
    """
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


def find_cards(*sources: DataSource) -> tuple[DatasetCard, ...]:
    """The cards of some data sets, each once."""
    return tuple({source.card.name: source.card for source in sources if source.card}.values())


def _checks(
    config: ScoringConfig, task: Task, learnt: Mapping[str, Stage], scored: Mapping[str, Stage]
) -> tuple[Stage, ...]:
    if config.unknown_labels != "fail":
        return ()
    labels = Stage(
        kind="check",
        version=check.VERSION,
        function="sprachbund.pipeline.check:run",
        config={"task": task.name},
        inputs={**learnt, **scored},
        settings={"data": plain(config.test_data_config()), "data_dir": config.data_dir},
        label="check the labels of all languages",
    )
    return (labels,)


def _dev(
    config: TransferConfig, corpora: Corpora, training: DataSource, test: DataSource
) -> tuple[DataConfig, Stage | None, tuple[str, ...]]:
    for data, source in ((config.data, training), (config.test_data_config(), test)):
        if config.source in source.languages("dev"):
            return data, corpora.prepare(data, source, config.source, "dev", None), ()
    note = f"there are no dev data in {config.source}: the dev score is not shown and cannot choose a checkpoint"
    return config.data, None, (note,)
