"""The systems that are trained: which child, with which settings, under which environment."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import System, measure
from sprachbund.pipeline.process_environment import TORCH_ENVIRONMENT
from sprachbund.training.config import BATCH_PIECES

BUNDLED = "bundled:multilingual-e5-small"  # its home imports torch, which the harness must not
OURS, DYNAMIC, STRONGEST, FIXED = "ours", "trainer_dynamic", "trainer_strongest", "trainer_fixed"
FLAIR, MACHAMP, RANDOM = "flair", "machamp", "ours_random"
FIXED_LENGTH, FIXED_BATCH, FIXED_ACCUMULATION = 128, 8, 4
"""XTREME's recipe for tagging: sequences of 128, batch 8, gradients of 4 batches added up."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Prepared data: the folder and what the child `prepare` said of it."""

    folder: Path
    facts: Mapping[str, Any]


def prepare(
    options: argparse.Namespace, sentences: int | None, *, longest: bool = False, light: Path | None = None
) -> Prepared:
    """Make the data of a benchmark, or find them made.

    Args:
        options: of the command.
        sentences: of English, drawn by a fixed seed; None: all.
        longest: whether the longest of all must be among them.
        light: a folder for the encoded sentences alone, without dev data and without an encoder; None: everything,
            in the work folder.

    Raises:
        SystemExit: it failed.
    """
    folder = light or options.work / f"pos-en-{sentences or 'all'}{'-longest' if longest else ''}"
    run = measure(child("prepare", "prepare", {
        "data_dir": str(options.data_dir), "sentences": sentences, "longest": longest, "folder": str(folder),
        "light": light is not None,
    }))
    if run.error:
        raise SystemExit(f"the data cannot be prepared: {run.error}")
    return Prepared(folder, run.values)


def child(
    name: str, module: str, specification: Mapping[str, Any], *, title: str = "", python: str = sys.executable,
    environment: Mapping[str, str | None] | None = None,
) -> System:
    """A system whose command is one of our child modules."""
    command = (python, "-m", f"benchmarks.systems.{module}", json.dumps(specification))
    return System(name, command, environment or {}, title)


def ours(
    prepared: Prepared, *, name: str = OURS, title: str = "sprachbund", encoder: str = BUNDLED,
    training: Mapping[str, Any] | None = None, threads: int | None = None, seed: int = 0, sampling: str = "window",
    **more: Any,
) -> System:
    """Our engine, in the environment that our command line sets for itself.

    Args:
        prepared: the data.
        name, title: as in `System`.
        encoder: name or folder.
        training: fields of TrainingConfig that differ from its defaults; the token budget is that of long trainings
            unless it says another, since parts of the data are measured in the place of all of it.
        threads: None: the engine's own choice.
        seed: of data order, dropout and head.
        sampling: a name in `benchmarks.samplers`.
        more: `dev`, `vocabulary`, `work`, `profile`, `steps` of the child.
    """
    settings = {"threads": threads, "batch_pieces": BATCH_PIECES, **(training or {})}
    given = {
        "prepared": str(prepared.folder), "encoder": encoder, "training": settings, "seed": seed,
        "sampling": sampling, "vocabulary": None, "dev": False, "work": None, "profile": None, "steps": None, **more,
    }
    return child(name, "ours", given, title=title, environment=TORCH_ENVIRONMENT)


def trainer(
    prepared: Prepared, name: str, title: str, *, batch: int, encoder: str | None = None, grouped: bool = False,
    pad_to: int | None = None, bf16: bool = False, fused: bool = True, accumulation: int = 1,
    threads: int | None = None, seed: int = 0, environment: Mapping[str, str | None] | None = None, **more: Any,
) -> System:
    """transformers' Trainer, in the environment that its user has: none of our variables.

    Args:
        prepared: the data.
        name, title: as in `System`.
        batch: rows.
        encoder: folder; None: the prepared one.
        grouped: by length.
        pad_to: None: to the longest of the batch.
        bf16, fused, accumulation, threads, seed: as they say.
        environment: variables to set after all.
        more: `dev`, `vocabulary`, `training`, `steps`, `largest_first` of the child.
    """
    given = {
        "prepared": str(prepared.folder), "encoder": encoder or str(prepared.folder / "encoder"), "batch": batch,
        "grouped": grouped, "pad_to": pad_to, "bf16": bf16, "fused": fused, "accumulation": accumulation,
        "threads": threads, "seed": seed, "vocabulary": None, "training": {}, "dev": False, "steps": None,
        "largest_first": False, **more,
    }
    return child(name, "transformers_trainer", given, title=title,
                 environment={**dict.fromkeys(TORCH_ENVIRONMENT), **(environment or {})})


def trainers(prepared: Prepared, strongest: Mapping[str, Any], **more: Any) -> list[System]:
    """The three forms of the Trainer.

    Args:
        prepared: the data.
        strongest: `batch` and `bf16` of the strongest form.
        more: options that all three share.
    """
    number_format = "bf16" if strongest["bf16"] else "fp32"
    return [
        trainer(prepared, DYNAMIC, "Trainer, dynamic padding, fp32, batch 8", batch=8, **more),
        trainer(prepared, STRONGEST, f"Trainer, by length, {number_format}, batch {strongest['batch']}", grouped=True,
                **strongest, **more),
        trainer(prepared, FIXED, f"Trainer, padded to {FIXED_LENGTH}, fp32, batch {FIXED_BATCH} x {FIXED_ACCUMULATION}",
                batch=FIXED_BATCH, pad_to=FIXED_LENGTH, accumulation=FIXED_ACCUMULATION, **more),
    ]


def toolkits(options: argparse.Namespace, prepared: Prepared, *, seed: int, dev: bool) -> list[System]:
    """flair and MaChAmp, where the command names their environments."""
    given = {"prepared": str(prepared.folder), "threads": options.threads, "seed": seed, "dev": dev,
             "pieces": prepared.facts["pieces"]}
    environment = dict.fromkeys(TORCH_ENVIRONMENT)
    found = []
    if options.flair:
        found.append(child(FLAIR, "flair_tagger", given, title="flair, fp32, batch 32", python=str(options.flair),
                           environment=environment))
    if options.machamp:
        given = {**given, "checkout": str(options.machamp)}
        python = str(options.machamp_python or sys.executable)
        found.append(child(MACHAMP, "machamp_tagger", given, title="MaChAmp, fp32, batch 32", python=python,
                           environment=environment))
    return found


def wanted(options: argparse.Namespace, systems: list[System]) -> list[System]:
    """The systems that `--only` leaves.

    Raises:
        SystemExit: a name that is none of them.
    """
    names = [system.name for system in systems]
    unknown = set(options.only or ()) - set(names)
    if unknown:
        raise SystemExit(f"--only: no system {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return [system for system in systems if not options.only or system.name in options.only]
