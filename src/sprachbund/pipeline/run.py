"""Run a plan: bring its score rows into the store and collect what a report says of the run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sprachbund.pipeline.plan import RunPlan
from sprachbund.results.records import ScoreRow, read_rows
from sprachbund.stages.events import Emit, Progress, ignore
from sprachbund.stages.executors.executor import Executor
from sprachbund.stages.keys import Keys
from sprachbund.stages.manifest import read_manifest
from sprachbund.stages.run import RunSummary, run_stages
from sprachbund.stages.stage import Stage
from sprachbund.stages.store import Store

_NOTES = {"adapt": "training.json", "train": "training.json", "predict": "notes.json"}


@dataclass(frozen=True)
class Executed:
    """What a run left behind.

    Args:
        rows: score rows of every system and seed.
        summary: which stages ran and which were found in the store.
        timings: label of a stage -> seconds it took when it ran (now or earlier).
        training: for each train stage that is still in the store what it recorded: system, seed, steps,
            seconds, pieces a second, dev score.
        notes: what stages told that a reader of the results should know (bf16 that is not to be had).
    """

    rows: tuple[ScoreRow, ...]
    summary: RunSummary
    timings: Mapping[str, float]
    training: tuple[Mapping[str, Any], ...] = field(default=())
    notes: tuple[str, ...] = ()


def execute(plan: RunPlan, store: Store, executor: Executor, emit: Emit = ignore) -> Executed:
    """Run what is missing of a plan and read its rows.

    Raises:
        SprachbundError: the first stage that failed.
        Interrupted: Ctrl-C; calling again goes on from the last checkpoint.
    """
    for note in plan.notes:
        emit(Progress("", plan.config.label, 0, 0, "", note=note))
    summary = run_stages(plan.scores, store, executor, emit)
    rows = tuple(
        replace(row, run=plan.config.label, aggregator=plan.aggregators.get(row.system, row.system))
        for folder in summary.outputs
        for row in read_rows(folder / "rows.parquet")
    )
    stages = _with_inputs(plan.scores)
    return Executed(rows, summary, _timings(stages, store), _training(stages, store), _notes(stages, store))


def _with_inputs(scores: tuple[Stage, ...]) -> dict[str, Stage]:
    """Every stage of a plan by key, inputs before what needs them."""
    found: dict[str, Stage] = {}
    keys = Keys()

    def visit(stage: Stage) -> None:
        key = keys.key(stage)
        if key in found:
            return
        for below in stage.inputs.values():
            visit(below)
        found[key] = stage

    for score in scores:
        visit(score)
    return found


def _timings(stages: Mapping[str, Stage], store: Store) -> dict[str, float]:
    """Durations from the manifests; the many prepare stages are told as one sum."""
    timings: dict[str, float] = {}
    for key, stage in stages.items():
        folder = store.folder(key)
        if folder is not None:
            label = "prepare all corpora" if stage.kind == "prepare" else stage.label
            timings[label] = timings.get(label, 0.0) + read_manifest(folder, key).seconds
    return timings


def _training(stages: Mapping[str, Stage], store: Store) -> tuple[Mapping[str, Any], ...]:
    found = []
    for key, stage in stages.items():
        folder = store.folder(key)
        if stage.kind == "train" and folder is not None:
            record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
            found.append({"system": stage.settings["system"], "seed": stage.config["seed"], **record})
    return tuple(found)


def _notes(stages: Mapping[str, Stage], store: Store) -> tuple[str, ...]:
    """What training and prediction told; a sentence that all of a kind say stands there once."""
    told: dict[str, list[list[str]]] = {}
    for key, stage in stages.items():
        file = (store.folder(key) or Path()) / _NOTES.get(stage.kind, "")
        if stage.kind in _NOTES and file.is_file():
            record = json.loads(file.read_text(encoding="utf-8"))
            told.setdefault(stage.kind, []).append(record["notes"] if isinstance(record, dict) else record)
    return tuple(
        f"{kind}: {note}" + (f" ({count} of {len(lists)} times)" if count < len(lists) else "")
        for kind, lists in told.items()
        for note, count in Counter(note for one in lists for note in dict.fromkeys(one)).items()
    )
