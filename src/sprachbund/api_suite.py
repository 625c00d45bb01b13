"""Suites of benchmarks in Python: `sb.run_suite("xtreme", ...)` and `sb.score_suite("submission")`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sprachbund.api import data_note, hardware, now, open_store, run, told_command, versions
from sprachbund.core.config import validate
from sprachbund.core.errors import DataError, RegistryError, join_or, near_matches
from sprachbund.core.files import check_folder
from sprachbund.data.locations import DataConfig
from sprachbund.metrics.ranking import RANKING_METRICS
from sprachbund.models.encoders.opening import encoder_info
from sprachbund.models.encoders.source import EncoderConfig, EncoderInfo
from sprachbund.pipeline.config import run_config
from sprachbund.pipeline.plan import plan_run
from sprachbund.pipeline.retrieval_config import RetrievalConfig
from sprachbund.pipeline.retrieval_plan import ROWS, plan_retrieval
from sprachbund.pipeline.retrieval_texts import source_of
from sprachbund.report.finished_suite import FinishedSuite
from sprachbund.report.run_info import DataNote, RunInfo
from sprachbund.results.records import read_rows
from sprachbund.results.suite_scores import SuiteScores, TaskScores
from sprachbund.stages.events import Emit, Progress, log_notes
from sprachbund.stages.executors.executor import EXECUTORS
from sprachbund.stages.run import run_stages
from sprachbund.studies.suite_config import Suite, SuiteLookup, SuiteTask, read_suite
from sprachbund.studies.suite_plan import plan_lookup, plan_task
from sprachbund.studies.suite_predictions import LABELS, PREDICTIONS, write_task_files
from sprachbund.studies.suite_scoring import score_folder


def score_suite(
    folder: Path | str,
    *,
    labels: Path | str | None = None,
    suite: str = "xtreme",
    output: Path | str | None = None,
    command: str = "",
) -> FinishedSuite:
    """Score predictions in XTREME's layout (`TASK/test-LANGUAGE.tsv`) as its evaluator scores them.

    Args:
        folder: predictions, with labels elsewhere; or a folder that holds `predictions` and `labels`.
        labels: folder of labels; None: `labels` below or beside the predictions.
        suite: "xtreme" or "xtreme-r".
        output: folder for a report and tables; None writes nothing.
        command: what the report says to type; "" makes it of the arguments.

    Raises:
        DataError, FormatError: a folder or file that is not there, or not what its task asks.
        RegistryError: no such suite.
    """
    chosen, given = read_suite(suite), Path(folder)
    predictions = given / PREDICTIONS if (given / PREDICTIONS).is_dir() else given
    beside = predictions.parent / LABELS
    gold = Path(labels) if labels is not None else beside if beside.is_dir() else given / LABELS
    if output is not None:
        check_folder(Path(output))
    scores = score_folder(chosen, predictions, gold, system=given.resolve().name)
    told = command or told_command("score_suite", folder, {"suite": suite})
    info = RunInfo(title=f"{chosen.title}: {given.resolve().name}", command=told, versions=versions(),
                   hardware=hardware(), created=now())
    finished = FinishedSuite(scores, info)
    return finished if output is None else finished.write(Path(output))


def run_suite(
    suite: str,
    *,
    encoder: str | None = None,
    fusion: str | Mapping[str, Any] | None = None,
    data_dir: Path | str | None = None,
    only: Sequence[str] = (),
    limit: int | None = None,
    seed: int = 1,
    training: Mapping[str, Any] | None = None,
    output: Path | str | None = None,
    store: Path | str | None = None,
    executor: str = "auto",
    emit: Emit = log_notes,
    command: str = "",
) -> FinishedSuite:
    """Run the tasks of a suite with its recipes and score them as its evaluator does.

    Each task is a run (or a retrieval) of its own, through the same stages and store: what is done is found again.
    Predictions and labels are written in the suite's layout, and scored from these files.

    Args:
        suite: "xtreme" or "xtreme-r".
        encoder: as in `run`.
        fusion: one fusion; None: the last layer, as the suite has it.
        data_dir: folder that holds the data sets.
        only: names of tasks; the others are named as left out.
        limit: a smoke run with at most so many examples.
        seed: of training; the suite's own is 1.
        training: settings of training that replace the recipes'.
        output: folder for scores, report, `predictions`, `labels`, and a run a task below `runs`; default
            `runs/SUITE-ENCODER`.
        store, executor, emit, command: as in `run`.

    Raises:
        RegistryError: no such suite or task.
        DataError: no task could be run; names why, task by task.
        SprachbundError, Interrupted: as in `run`; calling again goes on from there.
    """
    chosen = read_suite(suite)
    _check_names(chosen, only)
    config = EncoderConfig(name=encoder) if encoder else EncoderConfig()
    info, system = encoder_info(config), Path(config.name).name.removeprefix("bundled:")
    folder = Path(output) if output else Path("runs") / f"{chosen.name}-{system}"
    check_folder(folder)
    asked = _Asked(chosen, config.name, info, fusion, None if data_dir is None else str(data_dir), limit, seed,
                   training or {}, folder, store, executor, emit)
    found, absent, cards = [], {}, {}
    for name, task in chosen.tasks.items():
        if only and name not in only:
            absent[name] = "left out (--only)"
            continue
        try:
            ran = _run_task(asked, name, task)
        except _NotThereError as error:
            absent[name] = error.what
            emit(Progress("", chosen.name, 0, 0, "", note=f"{name} is missing: {error.what}"))
            continue
        found.append(ran.scores)
        cards.update({note.name: note for note in ran.cards})
    if not found:
        reasons = "; ".join(f"{name}: {why}" for name, why in absent.items() if not only or name in only)
        raise DataError(f"no task could be run: {reasons}",
                        remedy="give the folder that holds the data sets with --data-dir")
    scores = SuiteScores(chosen.name, chosen.title, system, tuple(found), absent, chosen.groups,
                         _faults(chosen, found), _notes(limit, found))
    told = {key: value for key, value in (("encoder", encoder), ("only", tuple(only)), ("limit", limit)) if value}
    title = f"{chosen.title}: {system}" + (", a smoke run" if limit is not None else "")
    made = RunInfo(title=title, command=command or told_command("run_suite", suite, told), versions=versions(),
                   settings={"encoder": config.name, "seed": seed, "fusion": fusion or "last_layer",
                             "training": dict(training or {})},
                   cards=tuple(cards.values()), provenance=info.provenance, hardware=hardware(), created=now())
    return FinishedSuite(scores, made).write(folder)


@dataclass(frozen=True)
class _Asked:
    """What all tasks of a suite share."""

    suite: Suite
    encoder: str
    info: EncoderInfo
    fusion: str | Mapping[str, Any] | None
    data_dir: str | None
    limit: int | None
    seed: int
    training: Mapping[str, Any]
    folder: Path
    store: Path | str | None
    executor: str
    emit: Emit


@dataclass(frozen=True)
class _Ran:
    """What a task leaves."""

    scores: TaskScores
    cards: tuple[DataNote, ...]


class _NotThereError(DataError):
    """A task whose data, or whose recipe, are not there."""


def _run_task(asked: _Asked, name: str, task: SuiteTask) -> _Ran:
    if task.lookup is not None:
        return _look_up(asked, name, task, task.lookup)
    if task.run is None:
        raise _NotThereError("there is no recipe for it here")
    try:
        planned = plan_task(task, task.run, asked.info, data_dir=asked.data_dir, limit=asked.limit)
    except DataError as error:
        raise _NotThereError(_placeless(error.what, asked.data_dir)) from error
    training = {**planned.settings["training"], **asked.training}
    settings = {**planned.settings, "training": training, "encoder": asked.encoder, "seeds": [asked.seed],
                "name": f"{asked.suite.name}-{name}", **({"fusion": asked.fusion} if asked.fusion else {})}
    finished = run(**settings, output=asked.folder / "runs" / name, store=asked.store, executor=asked.executor,
                   emit=asked.emit)
    (scored,) = plan_run(run_config(settings)).scores
    write_task_files(name, task, scored, open_store(asked.store), asked.folder)
    one = asked.suite.model_copy(update={"tasks": {name: task}, "groups": {}})
    (scores,) = score_folder(one, asked.folder / PREDICTIONS, asked.folder / LABELS).tasks
    return _Ran(replace(scores, note=planned.note), finished.info.cards)


def _look_up(asked: _Asked, name: str, task: SuiteTask, recipe: SuiteLookup) -> _Ran:
    """A task of retrieval: scored from its rows, since the stage keeps counts of queries and not what was found."""
    named = DataConfig(name=recipe.data)
    try:
        source = source_of({**RetrievalConfig(model=asked.encoder, data=named).data_settings}, asked.data_dir)
        planned = plan_lookup(task, recipe, asked.info, tuple(source.languages("test")), data_dir=asked.data_dir)
        plan = plan_retrieval(validate({**planned.settings, "model": asked.encoder}, RetrievalConfig, name))
    except DataError as error:
        raise _NotThereError(_placeless(error.what, asked.data_dir)) from error
    runner = EXECUTORS.load(asked.executor).value()
    (done,) = run_stages((plan.stage,), open_store(asked.store), runner, asked.emit).outputs
    metric = RANKING_METRICS.load(recipe.metric).value()
    values = {row.target: float(metric.value(row.counts.sum(axis=0))) for row in read_rows(done / ROWS)
              if row.metric == recipe.metric}
    shown = "f1" if task.kind == "pairs" else "accuracy"
    scores = TaskScores(name, task.title, task.languages, {shown: values}, note=planned.note)
    return _Ran(scores, tuple(map(data_note, plan.cards)))


def _placeless(text: str, data_dir: str | None) -> str:
    """A message as reports tell it: where the data lie on this machine is left out."""
    return text if data_dir is None else text.replace(data_dir, "the data folder")


def _check_names(suite: Suite, only: Sequence[str]) -> None:
    for name in only:
        if name not in suite.tasks:
            near = near_matches(name, suite.tasks)
            hint = f"did you mean {join_or(near)}? " if near else ""
            raise RegistryError(f"{suite.title} has no task {name!r}",
                                remedy=f"{hint}it has: {', '.join(suite.tasks)}")


def _faults(suite: Suite, found: Sequence[TaskScores]) -> tuple[str, ...]:
    return (*suite.faults, *(fault for task in found for fault in suite.tasks[task.task].faults))


def _notes(limit: int | None, found: Sequence[TaskScores]) -> tuple[str, ...]:
    notes = [f"A smoke run: at most {limit:,} examples are learnt and scored."] if limit is not None else []
    notes += [f"{task.title}: no mean, {', '.join(task.missing)} missing." for task in found if task.missing]
    looked_up = [task.title for task in found if task.task in ("tatoeba", "bucc2018")]
    if looked_up:
        notes.append(f"{' and '.join(looked_up)}: scored here; the folder of predictions does not hold them.")
    return tuple(notes)
