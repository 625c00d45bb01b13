"""A cell of a sweep: one system trained with one seed and some settings, scored on dev and on the targets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sprachbund.core.errors import DataError
from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.pipeline.config import TransferConfig
from sprachbund.pipeline.corpora import CORPUS
from sprachbund.pipeline.groundwork import Groundwork
from sprachbund.pipeline.plan import predict_stage, score_stage, train_stage
from sprachbund.stages.stage import Stage


@dataclass(frozen=True)
class CellStages:
    """The stages of a cell; prepare stages are shared by all cells of a task.

    Args:
        train: the training.
        dev: scores on the source language's dev data, by which layers and settings are chosen.
        test: scores on the source language and all targets.
    """

    train: Stage
    dev: Stage
    test: Stage


def plan_cell(ground: Groundwork, config: TransferConfig, fusion: FusionConfig, seed: int, label: str) -> CellStages:
    """Turn a cell into stages.

    Args:
        ground: of the same task, data, source language and encoder.
        config: how it is trained.
        fusion: the system.
        seed: the root seed.
        label: what messages call the cell.

    Raises:
        DataError: the source language has no dev data.
        ModelError: a layer that the encoder does not have.
    """
    if ground.dev is None:
        raise DataError(
            f"{config.label} has no dev data in {config.source}: layers and settings of a sweep are chosen on them",
            remedy="add a dev split of the source language, or compare systems by a run, which needs none",
        )
    asks = config.training.evaluations > 0  # else the training scores dev once, at its end, as the cell does anyway
    train = train_stage(ground if asks else replace(ground, dev=None), config, fusion, seed)
    train = replace(train, label=f"train {label}")
    dev = {CORPUS + config.source: ground.dev}
    on_dev = replace(predict_stage(config, train, ground.info, dev), label=f"predict dev, {label}")
    on_test = predict_stage(config, train, ground.info, ground.scored)
    return CellStages(
        train,
        score_stage(config, on_dev, dev, ground.task, f"dev, {label}", ground.dev_data),
        score_stage(config, on_test, ground.scored, ground.task, label),
    )
