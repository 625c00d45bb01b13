"""What stands around the training loop: set-up, dev scores, checkpoints, progress, a model left whole at the end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.core.canonical import Json, digest, plain
from sprachbund.core.errors import Interrupted, ModelError
from sprachbund.core.seeds import derive_seed
from sprachbund.models.precision import attention_for_training, autocast_format, choose_device
from sprachbund.models.threads import torch_threads
from sprachbund.models.transfer_model import TransferModel
from sprachbund.training.config import TrainingConfig
from sprachbund.training.data import Batches, TrainingSet
from sprachbund.training.gradients import Gradients, shard_count, shard_threads
from sprachbund.training.optimisation import build_optimiser, freeze, layers_recomputed, set_dropout
from sprachbund.training.reinitialisation import reinitialise
from sprachbund.training.resume import Checkpoint, Interruption, Point, TrainingState, checksum
from sprachbund.training.selection import Selection, averaged_steps, evaluation_steps, trained_weights
from sprachbund.training.unused import unused_settings
from sprachbund.training.vocabulary import TrimmedVocabulary, trimmed

VERSION = 2
"""Raised when the same training can end with other weights; checkpoints of another version are not used."""

POINTS = 100
"""Points of the loss curve that are kept."""

EMIT_SECONDS = 0.2
"""Least time between two reports of progress."""


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """How far a training is.

    Args:
        step: steps done.
        steps: steps in all.
        values: figures of the moment: "loss" (mean since the last point), "pieces/s", "seconds left", "dev".
        note: a line to print once, or "".
    """

    step: int
    steps: int
    values: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class TrainingResult:
    """What a training leaves behind beside the model's weights.

    Args:
        steps: optimiser steps.
        seconds: spent in steps, over all attempts.
        pieces_per_second: real pieces (padding left out) a second of these.
        history: points of the loss curve, with dev scores where dev was scored.
        dev: dev score in points of the weights that were kept, or None without dev data.
        best_step: the step after which these weights stood; of a mean, the last step that is in it.
        device: where it ran, the number format of its matrix products, and on a processor the number of
            threads ("cpu, fp32, 2 threads").
        notes: sentences for the user.
    """

    steps: int
    seconds: float
    pieces_per_second: float
    history: tuple[Point, ...]
    dev: float | None
    best_step: int
    device: str
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values; a figure that is no number becomes null."""
        values = asdict(self)
        values["history"] = [asdict(point) for point in self.history]
        values["notes"] = list(self.notes)
        values["dev"] = None if self.dev is None or math.isnan(self.dev) else self.dev
        return values


Emit = Callable[[TrainingProgress], None]
ScoreDev = Callable[[TransferModel], float]


class Session:
    """One training while it runs; made by `session`, driven by the loop.

    Args:
        model: on its device, with frozen parts and trimmed vocabulary as they shall be.
        data: the batches and their order.
        config: how it is trained.
        vocabulary: the trimmed vocabulary, or None where all rows are trained.
        interruption: whether a signal came.
        emit: told the progress.
        score_dev: scores the model as it stands.
        seed: of dropout.
        threads: processor threads for everything.
        pool: threads for the shards of a batch.

    Attributes:
        steps: steps in all.
        state: how far it is.
        optimiser: over everything that is trained.
        gradients: computes loss and gradients of a batch.
        device, number_format: where, and in which format of matrix products.
    """

    def __init__(
        self,
        model: TransferModel,
        data: Batches,
        config: TrainingConfig,
        *,
        vocabulary: TrimmedVocabulary | None,
        interruption: Interruption,
        emit: Emit | None,
        score_dev: ScoreDev | None,
        seed: int,
        threads: int,
        pool: Executor,
    ) -> None:
        self.model, self.data, self.config = model, data, config
        self.vocabulary, self.interruption = vocabulary, interruption
        self._emit, self._score_dev = emit, score_dev
        self.device = next(model.parameters()).device
        self.number_format, note = autocast_format(config.precision, self.device)
        self.threads = threads
        self.gradients = Gradients(model, batch_pieces=data.sampler.batch_pieces, number_format=self.number_format,
                                   seed=seed, pool=pool, threads=threads)
        self.steps = data.sampler.steps(config.epochs)
        self.optimiser = build_optimiser(model, config, self.device, parts=self.gradients.threads, pool=pool)
        self.evaluations = evaluation_steps(self.steps, config.evaluations) if score_dev else frozenset[int]()
        self.points = evaluation_steps(self.steps, POINTS) | self.evaluations
        self.averaged = averaged_steps(self.steps, config.evaluations, config.averaged_checkpoints)
        self.selection = Selection(keeps=len(self.evaluations) > 1 and not self.averaged)
        self.state = TrainingState()
        self.notes: list[str] = []
        self._checkpoint: Checkpoint | None = None
        self._losses = torch.zeros((), device=self.device)
        self._dev: float | None = None
        self._clock = self._saved = self._emitted = time.perf_counter()
        for sentence in (*data.notes, note, *unused_settings(model, config)):
            self._note(sentence)

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        """Keep checkpoints there from now on, and go on from the one that is there already."""
        self._checkpoint = checkpoint
        self.state, note = checkpoint.load(self.model, self.optimiser, self.selection, self.device)
        self._losses.fill_(self.state.loss_sum)
        self._dev = next((point.dev for point in reversed(self.state.history) if point.dev is not None), None)
        self._note(note)

    def batches(self) -> Iterator[Batch]:
        """The batches that are still to come, on the processor."""
        for chosen in self.data.sampler.batches(self.config.epochs, start=self.state.step):
            self._clock = time.perf_counter()
            yield self.data.batch(chosen, self.state.step)

    def count(self, batch: Batch, loss: Tensor) -> None:
        """Count a step that was done.

        Raises:
            ModelError: the loss is no number.
        """
        state = self.state
        state.step += 1
        state.pieces += batch.real_pieces
        self._losses += loss.detach()
        state.loss_count += 1
        if state.step in self.points:
            state.history.append(Point(state.step, self._loss()))
            self._losses.zero_()
            state.loss_count = 0
        state.seconds += time.perf_counter() - self._clock

    def evaluate_if_due(self) -> None:
        """Score dev with the full vocabulary; keep the weights if they are the best so far, or add them to the mean."""
        began = time.perf_counter()
        if self.state.step in self.averaged:
            self.selection.add(self.model)
        if self._score_dev is not None and self.state.step in self.evaluations:
            self._dev = self._score(self._score_dev)
            self.selection.offer(self._dev, self.state.step, self.model)
            self.state.history[-1].dev = self._dev
        self.state.other_seconds += time.perf_counter() - began

    def _score(self, score_dev: ScoreDev) -> float:
        whole = self.vocabulary.suspended() if self.vocabulary else nullcontext()
        with whole, random_numbers_kept(self.device), torch_threads(self.threads):
            score = score_dev(self.model)
        self.training_mode()
        return score

    def save_if_due(self) -> None:
        """Write a checkpoint every `checkpoint_seconds`, and before stopping.

        Raises:
            Interrupted: a signal came.
            StorageError: no space for the checkpoint.
        """
        due = time.perf_counter() - self._saved >= self.config.checkpoint_seconds
        if self._checkpoint is not None and (due or self.interruption.asked):
            began = time.perf_counter()
            self.state.loss_sum = float(self._losses)
            self._checkpoint.save(self.state, self.model, self.optimiser, self.selection, self.device)
            self._saved = time.perf_counter()
            self.state.other_seconds += self._saved - began
        if self.interruption.asked:
            kept = "run the same command again: it goes on from there" if self._checkpoint is not None else None
            raise Interrupted(f"training was stopped after step {self.state.step} of {self.steps}", remedy=kept)

    def report(self) -> None:
        """Tell the progress, if it was not told just now."""
        now = time.perf_counter()
        if self._emit is None or (now - self._emitted < EMIT_SECONDS and self.state.step < self.steps):
            return
        self._emitted = now
        state = self.state
        loss = self._loss() if state.loss_count else state.history[-1].loss
        values = {
            "loss": loss,
            "pieces/s": state.pieces / max(state.seconds, 1e-9),
            "seconds left": (self.steps - state.step) * state.seconds / state.step,
        }
        if self._dev is not None:
            values["dev"] = self._dev
        self._emit(TrainingProgress(state.step, self.steps, values))

    def finish(self) -> TrainingResult:
        """Put the kept weights, or the mean, into the model, and sum up; a mean is scored on dev by itself."""
        self.selection.settle(self.model)
        dev = self.selection.score if self.selection.step > 0 else None
        if self.averaged and self._score_dev is not None:
            dev = self._score(self._score_dev)
        state = self.state
        return TrainingResult(
            steps=state.step,
            seconds=state.seconds,
            pieces_per_second=state.pieces / max(state.seconds, 1e-9),
            history=tuple(state.history),
            dev=dev,
            best_step=self.selection.step if self.selection.weights else state.step,
            device=_described(self.device, self.number_format, self.threads),
            notes=tuple(self.notes),
        )

    def training_mode(self) -> None:
        """Dropout and batch statistics on; a frozen encoder stays as in evaluation."""
        self.model.train()
        if self.config.freeze_encoder:
            self.model.encoder.eval()

    def _loss(self) -> float:
        """Mean loss since the last point."""
        loss = float(self._losses) / self.state.loss_count
        if not math.isfinite(loss):
            raise ModelError(
                f"the loss is {loss} at step {self.state.step} of {self.steps}",
                remedy="lower learning_rate or head_learning_rate, or set precision to fp32",
            )
        return loss

    def _note(self, sentence: str) -> None:
        if sentence:
            self.notes.append(sentence)
            if self._emit is not None:
                self._emit(TrainingProgress(self.state.step, self.steps, {}, sentence))


@contextmanager
def session(
    model: TransferModel,
    training_set: TrainingSet,
    config: TrainingConfig,
    seed: int,
    *,
    work: Path | None,
    emit: Emit | None,
    score_dev: ScoreDev | None,
) -> Iterator[Session]:
    """Set up a training, and leave the model whole whatever happens; see `engine.train_on` for the arguments."""
    device = choose_device(config.device)
    data = training_set.batches(config, seed, pin=device.type == "cuda")
    reinitialise(model.encoder, config.reinitialised_layers, derive_seed(seed, "reinitialised layers"),
                 frozen=config.frozen_layers)
    model.to(device)
    freeze(model, config)
    if config.dropout is not None:
        set_dropout(model.encoder, config.dropout)
    count = config.threads or torch.get_num_threads()
    with (
        layers_recomputed(model.encoder) if config.recompute_layers else nullcontext(),
        shard_threads(count, shard_count(model, device, data.sampler.batch_pieces)) as pool,
        random_numbers_kept(device),
        attention_for_training(device),
        trimmed(model, training_set) if config.trim_vocabulary else nullcontext() as vocabulary,
        Interruption() as interruption,
    ):
        dropout = derive_seed(seed, "dropout")
        torch.manual_seed(dropout)
        run = Session(model, data, config, vocabulary=vocabulary, interruption=interruption, emit=emit,
                      score_dev=score_dev, seed=dropout, threads=count, pool=pool)
        if work is not None:
            run.go_on_from(Checkpoint(work, _identity(run, training_set, seed)))
        run.training_mode()
        yield run


def _identity(run: Session, training_set: TrainingSet, seed: int) -> str:
    """Digest of everything that a checkpoint must agree in, with the training that wants to go on from it."""
    trained = {name: list(weight.shape) for name, weight in trained_weights(run.model).items()}
    start = [checksum(weight) for weight in (*run.model.fusion.parameters(), *run.model.head.parameters())]
    return digest({
        "version": VERSION, "config": plain(run.config), "seed": seed, **training_set.identity(),
        "trained": trained, "start": start, "device": run.device.type, "format": str(run.number_format),
    })


def _described(device: torch.device, number_format: torch.dtype, count: int) -> str:
    words = [device.type, "bf16" if number_format is torch.bfloat16 else "fp32"]
    if device.type == "cpu":
        words.append(f"{count} thread{'s' if count > 1 else ''}")
    return ", ".join(words)


@contextmanager
def random_numbers_kept(device: torch.device) -> Iterator[None]:
    """Put torch's random states back afterwards, so that what is done inside costs the outside no number."""
    devices = [] if device.type == "cpu" else [device]
    with torch.random.fork_rng(devices, device_type="cuda" if device.type == "cpu" else device.type):
        yield
