"""A task of a suite as the settings of a run or of a retrieval: data that are there, recipe, limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sprachbund.core.canonical import plain
from sprachbund.core.errors import DataError
from sprachbund.data.locations import DataConfig
from sprachbund.data.source import DataSource
from sprachbund.models.encoders.source import EncoderInfo
from sprachbund.pipeline.prepare import load_task, source_for
from sprachbund.studies.suite_config import SuiteLookup, SuiteRun, SuiteTask

LARGE = 1024
"""Channels from which an encoder is large."""
SOURCE = "en"


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task that can be run.

    Args:
        settings: of `RunConfig`, or of `RetrievalConfig` where the task is looked up.
        note: what must stand wherever its score does: a stand-in, another split, a limit; or "".
    """

    settings: Mapping[str, Any]
    note: str


def plan_task(
    task: SuiteTask, recipe: SuiteRun, info: EncoderInfo, *, data_dir: str | None, limit: int | None
) -> PlannedTask:
    """Choose data for a task and put its recipe together; opens no data.

    Args:
        task: its languages.
        recipe: how it is learnt.
        info: of the encoder; large ones have settings of their own.
        data_dir: folder that holds data sets.
        limit: train on a sample of so many examples and score as many a language; None: all.

    Raises:
        DataError: the data that are scored are not there, or none to learn from.
    """
    tested = _opened(recipe.test, recipe.task, data_dir)
    split = next((split for split in recipe.splits if tested.languages(split)), None)
    if split is None:
        raise DataError(f"the data set {recipe.test} has no {recipe.splits[0]} data")
    there = [code for code in task.languages if code in tested.languages(split)]
    targets = [code for code in there if code != SOURCE]
    if not targets:
        raise DataError(f"the data set {recipe.test} has none of the suite's languages in {split}")
    learnt = _training_data(recipe, data_dir)
    notes = [recipe.remark] if recipe.remark else []
    if learnt != recipe.train[0]:
        notes.append(f"trained on {learnt}, a stand-in for {recipe.train[0]}: not comparable with published scores")
    if split != recipe.splits[0]:
        notes.append(f"scored on {split} data, since there are no {recipe.splits[0]} data")
    if limit is not None:
        notes.append(f"smoke run: at most {limit:,} examples are learnt, and scored in each language")
    training = {**recipe.training, **(recipe.large if info.width >= LARGE else {})}
    settings = {
        "task": recipe.task, "data": learnt, "test_data": recipe.test, "source": SOURCE, "targets": targets,
        "split": split, "training": training, "train_limit": limit, "test_limit": limit, "unknown_labels": "ignore",
        "data_dir": data_dir,
    }
    return PlannedTask({name: value for name, value in settings.items() if value is not None}, "; ".join(notes))


def plan_lookup(
    task: SuiteTask, recipe: SuiteLookup, info: EncoderInfo, present: tuple[str, ...], *, data_dir: str | None
) -> PlannedTask:
    """Choose languages and layer of a task of retrieval.

    Args:
        present: languages that the data have.
        task, recipe, info, data_dir: as in `plan_task`.

    Raises:
        DataError: none of the suite's languages is there.
    """
    languages = [code for code in task.languages if code in present]
    if not languages:
        raise DataError(f"the data set {recipe.data} has none of the suite's languages")
    layer = recipe.layer(info.n_layers)
    settings = {"data": recipe.data, "languages": languages, "layers": [layer], "pooling": recipe.pooling,
                "data_dir": data_dir}
    what = "first piece" if recipe.pooling == "first" else "mean of the pieces"
    return PlannedTask({name: value for name, value in settings.items() if value is not None},
                       f"without training, layer {layer} of {info.n_layers}, {what}")


def _training_data(recipe: SuiteRun, data_dir: str | None) -> str:
    told = []
    for name in recipe.train:
        try:
            source = _opened(name, recipe.task, data_dir)
        except DataError as error:
            told.append(f"{name}: {error.what}")
            continue
        if SOURCE in source.languages("train"):
            return name
        told.append(f"{name}: no training data in {SOURCE}")
    raise DataError(f"there is nothing to learn from: {'; '.join(told)}")


def _opened(name: str, task: str, data_dir: str | None) -> DataSource:
    return source_for(plain(DataConfig(name=name)), load_task(task), None if data_dir is None else Path(data_dir))
