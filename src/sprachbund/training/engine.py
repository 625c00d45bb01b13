"""The training loop.

Devices and number formats: `models.precision`. Which data in which order: `data`. Loss and gradients of a
batch: `gradients`. What moves and how: `optimisation`. Rows of the vocabulary: `vocabulary`. What is kept:
`selection`. Going on after a kill: `resume`. All that is set up around the loop: `session`.
"""

from __future__ import annotations

from pathlib import Path

from sprachbund.data.labels import LabelSpace
from sprachbund.models.transfer_model import TransferModel
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.training.config import TrainingConfig
from sprachbund.training.data import LabelledCorpora, TrainingSet
from sprachbund.training.optimisation import rate_factor
from sprachbund.training.session import Emit, ScoreDev, TrainingProgress, TrainingResult, session

__all__ = ["TrainingProgress", "TrainingResult", "train", "train_on"]


def train(
    model: TransferModel,
    corpus: EncodedCorpus,
    labels: LabelSpace,
    config: TrainingConfig,
    seed: int,
    *,
    work: Path | None = None,
    emit: Emit | None = None,
    score_dev: ScoreDev | None = None,
) -> TrainingResult:
    """Train a model in place on a corpus with labels.

    Args:
        model, config, seed, work, emit, score_dev: as in `train_on`.
        corpus: the training data.
        labels: the label space that the head speaks.

    Raises:
        DataError: no word or text of the corpus has a label of the label space.
        ModelError, ConfigError, Interrupted: as in `train_on`.
    """
    return train_on(model, LabelledCorpora((corpus,), labels), config, seed, work=work, emit=emit, score_dev=score_dev)


def train_on(
    model: TransferModel,
    training_set: TrainingSet,
    config: TrainingConfig,
    seed: int,
    *,
    work: Path | None = None,
    emit: Emit | None = None,
    score_dev: ScoreDev | None = None,
) -> TrainingResult:
    """Train a model in place.

    Args:
        model: encoder, fusion and head; moved to the device, and left there.
        training_set: what it learns from.
        config: how.
        seed: decides the order of the data and dropout; the same seed gives the same weights.
        work: folder for checkpoints; a training that was stopped goes on from there. None: no checkpoints.
        emit: told the progress, a few times a second.
        score_dev: dev score, in points, of the model as it stands.

    Raises:
        DataError: there is nothing to learn from.
        ModelError: layers to freeze that are not there; a loss that is no number.
        ConfigError: a device that is not there.
        Interrupted: Ctrl-C or SIGTERM; a checkpoint was written first, where there is a work folder.
    """
    with session(model, training_set, config, seed, work=work, emit=emit, score_dev=score_dev) as run:
        for batch in run.batches():
            loss = run.gradients(batch, run.state.step)
            run.optimiser.step(rate_factor(run.state.step, run.steps, config.warmup), config.clip_norm)
            run.count(batch, loss)
            run.evaluate_if_due()
            run.save_if_due()
            run.report()
        return run.finish()
