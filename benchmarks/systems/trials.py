"""Several settings tried one after the other in one process, each measured once it is warm, and what it took.

A GPU's first steps load kernels and grow the pool of memory, so every setting trains a few steps before the clock
starts. A setting that runs out of the GPU's memory is told as such, and the next one finds the memory free again.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch

from benchmarks.systems.child import Clock

WARM_STEPS = 5
"""Steps of a setting before its clock starts."""

OUT_OF_MEMORY = "out of memory"


@dataclass(frozen=True, slots=True)
class Setting:
    """How a system trains.

    Args:
        batch: rows (Trainer) or token budget (ours).
        workers: processes that make batches (Trainer).
        recompute: whether layers are computed again in the backward pass.
    """

    batch: int
    workers: int = 0
    recompute: bool = False


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training says of itself: optimiser steps, real pieces, and the share of padded positions, if known."""

    steps: int
    pieces: int
    padding: float | None = None


Train = Callable[[Setting, int | None], Trained]
"""Trains with a setting: so many steps, or with None all epochs."""


def search(train: Train, batches: Sequence[int], workers: Sequence[int], device: str) -> list[dict[str, Any]]:
    """Try batch sizes, small ones first, until one does not fit; then other numbers of workers at the fastest.

    Layers are computed again only where not even the smallest batch fits otherwise.

    Returns:
        The figures of every setting, as `measured` gives them.
    """
    tried: list[dict[str, Any]] = []
    recompute = False
    for batch in sorted(batches):
        found = measured(train, Setting(batch, workers[0], recompute), device)
        tried.append(found)
        if found["error"] and not recompute and len(tried) == 1:
            recompute = True
            tried.append(measured(train, Setting(batch, workers[0], recompute), device))
        if tried[-1]["error"]:
            break
    best = fastest(tried)
    if best is not None:
        setting = Setting(best["batch"], best["workers"], best["recompute"])
        tried += [measured(train, replace(setting, workers=count), device) for count in workers[1:]]
    return tried


def fastest(tried: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The setting with most pieces a second; None where none worked."""
    worked = [one for one in tried if not one["error"]]
    return max(worked, key=lambda one: one["pieces_per_second"], default=None)


def measured(train: Train, setting: Setting, device: str) -> dict[str, Any]:
    """Train a few steps, then all epochs by the clock.

    Returns:
        The setting's fields; "error" ("" or "out of memory"); after a training also "pieces_per_second",
        "train_seconds", "pieces", "steps", "padding", "allocated_mib" and "reserved_mib" (peaks of the GPU's memory:
        tensors, and what torch took from the driver; None on a processor).
    """
    error, figures = "", {}
    try:
        train(setting, WARM_STEPS)
        _reset(device)
        clock = Clock()
        with clock():
            trained = train(setting, None)
            _wait(device)
        figures = {**clock.speed(trained.pieces), "steps": trained.steps, "padding": trained.padding, **_peaks(device)}
    except torch.OutOfMemoryError:  # kept beyond this line it would hold the memory that the next setting needs
        error = OUT_OF_MEMORY
    _reset(device)
    return {**asdict(setting), "error": error, **figures}


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def _reset(device: str) -> None:
    gc.collect()
    if device == "cuda":
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def _peaks(device: str) -> dict[str, float | None]:
    if device != "cuda":
        return {"allocated_mib": None, "reserved_mib": None}
    return {"allocated_mib": torch.cuda.max_memory_allocated() / 2**20,
            "reserved_mib": torch.cuda.max_memory_reserved() / 2**20}
