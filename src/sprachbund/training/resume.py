"""The state of a broken training, there and back: one file, written aside and renamed, checked by checksums.

A checkpoint holds everything that decides the rest of a training: trained weights and running
statistics, the optimiser's moments, the state of the random numbers behind dropout, how far it was,
what was measured, and the best weights so far. A training that goes on from it ends with the same
bits as one that was never stopped (on one thread and the same machine).
"""

from __future__ import annotations

import json
import signal
import threading
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from sprachbund.core.files import write_aside
from sprachbund.training.optimisation import Optimiser
from sprachbund.training.selection import Selection, Weights, load_weights, trained_weights

CHECKPOINT = "checkpoint.safetensors"
_ABOUT = "sprachbund.checkpoint"


@dataclass
class Point:
    """A moment of the training.

    Args:
        step: steps done.
        loss: mean loss since the last point.
        dev: dev score in points, or None where dev was not scored.
    """

    step: int
    loss: float
    dev: float | None = None


@dataclass
class TrainingState:
    """How far a training is, beside weights and moments.

    Args:
        step: optimiser steps done.
        pieces: real pieces trained on.
        seconds: spent in steps, over all attempts.
        other_seconds: spent in evaluation and checkpoints.
        loss_sum, loss_count: losses since the last point of the history.
        history: points so far.
    """

    step: int = 0
    pieces: int = 0
    seconds: float = 0.0
    other_seconds: float = 0.0
    loss_sum: float = 0.0
    loss_count: int = 0
    history: list[Point] = field(default_factory=list)


class Checkpoint:
    """Where one training keeps its state.

    Args:
        folder: a folder that survives a kill.
        identity: digest of everything the training is made of; a file of another identity is not used.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self.path = folder / CHECKPOINT
        self.identity = identity

    def save(
        self, state: TrainingState, model: nn.Module, optimiser: Optimiser, selection: Selection,
        device: torch.device,
    ) -> None:
        """Write the state; a kill at any moment leaves the last whole file.

        Raises:
            StorageError: no space, no permission.
        """
        tensors = {
            **_prefixed("model.", trained_weights(model)),
            **_prefixed("best.", selection.weights),
            **_prefixed("sum.", selection.sums),
            **_prefixed("optimiser.", _moments(model, optimiser)),
            **_prefixed("random.", _random_state(device)),
        }
        tensors = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
        about = {
            "identity": self.identity,
            "state": asdict(state),
            "best": {"score": selection.score, "step": selection.step},
            "summed": selection.summed,
            "checksums": {name: checksum(value) for name, value in tensors.items()},
        }
        with write_aside(self.path) as temporary:
            save_file(tensors, temporary, metadata={_ABOUT: json.dumps(about)})

    def load(
        self, model: nn.Module, optimiser: Optimiser, selection: Selection, device: torch.device
    ) -> tuple[TrainingState, str]:
        """Put everything back to where it was.

        Returns:
            The state (a new one if there is nothing to go on from), and a sentence for the user or "".
        """
        if not self.path.exists():
            return TrainingState(), ""
        try:
            about, tensors = _read(self.path)
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            return TrainingState(), f"the checkpoint cannot be read ({error}): training starts from the beginning"
        if about["identity"] != self.identity:
            return TrainingState(), "the checkpoint belongs to another training: training starts from the beginning"
        load_weights(model, _unprefixed("model.", tensors))
        _load_moments(model, optimiser, _unprefixed("optimiser.", tensors))
        _load_random_state(device, _unprefixed("random.", tensors))
        selection.score, selection.step = about["best"]["score"], about["best"]["step"]
        selection.weights = _unprefixed("best.", tensors)
        selection.sums, selection.summed = _unprefixed("sum.", tensors), about["summed"]
        values = about["state"]
        state = TrainingState(**{**values, "history": [Point(**point) for point in values["history"]]})
        return state, f"going on from step {state.step}"


class Interruption:
    """Ctrl-C and SIGTERM noticed between two steps, so that a checkpoint is never half of one.

    A second Ctrl-C interrupts at once. In other threads than the main one nothing is changed.

    Attributes:
        asked: whether a signal came.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, signal.SIG_DFL if before is None else before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def _moments(model: nn.Module, optimiser: Optimiser) -> Weights:
    return {
        f"{name}/{key}": value
        for name, parameter in model.named_parameters()
        for key, value in optimiser.state.get(parameter, {}).items()
    }


def _load_moments(model: nn.Module, optimiser: Optimiser, moments: Weights) -> None:
    parameters = dict(model.named_parameters())
    for path, value in moments.items():
        name, _, key = path.rpartition("/")
        optimiser.state[parameters[name]][key] = value.to(parameters[name].device)


def _random_state(device: torch.device) -> Weights:
    states = {"cpu": torch.get_rng_state()}
    if device.type != "cpu":
        states["device"] = torch.get_device_module(device).get_rng_state(device)
    return states


def _load_random_state(device: torch.device, states: Weights) -> None:
    torch.set_rng_state(states["cpu"])
    if device.type != "cpu":
        torch.get_device_module(device).set_rng_state(states["device"], device)


def _read(path: Path) -> tuple[dict[str, Any], Weights]:
    with safe_open(path, framework="pt") as file:
        about: dict[str, Any] = json.loads((file.metadata() or {})[_ABOUT])
        tensors: Weights = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 - not a dict
    wrong = [name for name, value in tensors.items() if checksum(value) != about["checksums"].get(name)]
    if wrong:
        raise ValueError(f"the checksum of {wrong[0]} is wrong")
    return about, tensors


def checksum(tensor: Tensor) -> int:
    """CRC-32 of a tensor's bytes."""
    tensor = tensor.detach().cpu().contiguous()
    data: Any = tensor.reshape(-1).view(torch.uint8).numpy()
    return zlib.crc32(data)


def _prefixed(prefix: str, tensors: Weights) -> Weights:
    return {prefix + name: value for name, value in tensors.items()}


def _unprefixed(prefix: str, tensors: Weights) -> Weights:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
