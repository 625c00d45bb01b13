"""Sweeps in Python: `sb.sweep("paper", data_dir=...)`; the command line calls this too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sprachbund.api import data_note, hardware, now, open_store, told_command, versions
from sprachbund.core.canonical import digest, plain
from sprachbund.core.errors import ConfigError, Fault, near_matches
from sprachbund.core.files import check_folder
from sprachbund.pipeline.segmentation import measure_segmentation
from sprachbund.report.finished_sweep import FinishedSweep, finish_sweep
from sprachbund.report.run_info import RunInfo
from sprachbund.results.records import ScoreRow
from sprachbund.stages.events import Emit, Progress, log_notes
from sprachbund.stages.executors.executor import EXECUTORS
from sprachbund.stages.store import Store
from sprachbund.studies.cells import Choice, longest_trained, tuned_at
from sprachbund.studies.rows_folder import ROWS, RowsFolder
from sprachbund.studies.sweep import Limits, SweepObserver, Swept, run_sweep
from sprachbund.studies.sweep_config import SweepConfig
from sprachbund.studies.sweep_file import find_sweep, read_sweep, sweep_config
from sprachbund.studies.sweep_plan import SweepPlan
from sprachbund.studies.sweep_status import SweepStatus, sweep_status
from sprachbund.studies.timings import TIMINGS, read_timings

Named = Path | str | SweepConfig | Mapping[str, Any]


@dataclass(frozen=True)
class SweepRun:
    """What a call of `sweep` leaves.

    Args:
        config: what was asked.
        state: which cells are done and which are missing.
        rows: score rows of all cells that are done.
        folder: the sweep's folder; row files lie in `rows` below it.
        finished: findings and report; None as long as no task has its baseline.
    """

    config: SweepConfig
    state: Swept
    rows: tuple[ScoreRow, ...]
    folder: Path
    finished: FinishedSweep | None


def sweep(
    config: Named,
    *,
    data_dir: Path | str | None = None,
    output: Path | str | None = None,
    rows: Path | str | None = None,
    store: Path | str | None = None,
    executor: str = "auto",
    seeds: Sequence[int] | None = None,
    only: Sequence[str] = (),
    limit_cells: int | None = None,
    minutes: float | None = None,
    keep_models: bool = False,
    emit: Emit = log_notes,
    observer: SweepObserver | None = None,
    command: str = "",
) -> SweepRun:
    """Run a sweep over tasks, aggregators, layers and seeds, or go on with it.

    Cells whose rows lie in the sweep's folder are not computed again, whatever the store holds. Where another process
    computes into that folder with the same store, it is waited for.

    Args:
        config: a YAML file, the name of a shipped sweep ("paper", "smoke"), a config, or plain values.
        data_dir: folder that holds data sets named by tasks.
        output: the sweep's folder; default `runs/NAME`. Row files are written to `rows` below it.
        rows: another folder whose row files count as done too.
        store, executor, emit, command: as in `run`.
        seeds: replace the sweep's.
        only: names of tasks; the others are left out.
        limit_cells, minutes: stop after so many cells, or begin none after so much time.
        keep_models: leave all trained models in the store; else one goes once nothing needs it any more.
        observer: is told how the sweep goes.

    Raises:
        ConfigError: every fault of the settings at once.
        SprachbundError: whatever is wrong with data, model or machine; cells that need nothing of it are done first.
        Interrupted: Ctrl-C; calling again goes on from there.
    """
    plan, folder = _planned(config, data_dir, output, rows, seeds, only)
    for note in dict.fromkeys(line for ground in plan.probe_grounds.values() for line in
                              (*ground.notes, *(f"not probed: {what}" for what in ground.not_tested))):
        emit(Progress("", plan.config.name, 0, 0, "", note=note))
    limits = Limits(limit_cells, None if minutes is None else 60 * minutes)
    place, opened = folder.folder.parent, open_store(store)

    def waiting() -> None:
        what = f"another process computes a sweep into {place}; waiting for it, its cells count"
        emit(Progress("", plan.config.name, 0, 0, "", note=what))

    # what one process finished and let go of, another would train again
    with opened.lock(digest(["sweep", str(place.resolve())]), waiting):
        folder = RowsFolder(folder.folder, folder.others)
        state = run_sweep(plan, opened, EXECUTORS.load(executor).value(), folder, emit=emit, observer=observer,
                          limits=limits, keep_models=keep_models)
    _tell_others(folder, plan, state, emit)
    found = state.rows(folder)
    name = config.name if isinstance(config, SweepConfig) else config
    shown = name if isinstance(name, str | Path) else "..."
    changed = {"data_dir": data_dir, "seeds": seeds, "only": only}
    info = _info(plan, command or told_command("sweep", shown, {key: item for key, item in changed.items() if item}),
                 place, state.choice)
    finished = _finished(plan, state, found, info, opened, emit)
    if finished is not None:
        finished = finished.write(place)
    if state.failure is not None:
        raise state.failure
    return SweepRun(plan.config, state, tuple(found), place, finished)


def sweep_plan(
    config: Named,
    *,
    data_dir: Path | str | None = None,
    output: Path | str | None = None,
    rows: Path | str | None = None,
    store: Path | str | None = None,
    seeds: Sequence[int] | None = None,
    only: Sequence[str] = (),
) -> SweepStatus:
    """Say what of a sweep is done, what would run, and how long that would take; arguments and errors as in `sweep`."""
    plan, folder = _planned(config, data_dir, output, rows, seeds, only)
    return sweep_status(plan, open_store(store), folder)


def chosen_sweep(
    config: Named,
    *,
    data_dir: Path | str | None = None,
    seeds: Sequence[int] | None = None,
    only: Sequence[str] = (),
) -> SweepConfig:
    """The config of a sweep, with what a call changes of it; arguments and errors as in `sweep`."""
    overrides = {} if seeds is None else {"seeds": list(seeds)}
    if isinstance(config, str | Path):
        chosen = read_sweep(find_sweep(config), overrides)
    else:
        values = config if isinstance(config, Mapping) else {**config.model_dump(), "common": {}}
        chosen = sweep_config({**values, **overrides})
    unknown = [name for name in only if name not in chosen.task_names]
    if unknown:
        known = ", ".join(chosen.task_names)
        raise ConfigError([Fault("only", f"the sweep has no task named {name!r}; it has: {known}", None,
                                 near_matches(name, chosen.task_names)) for name in unknown], "what was asked")
    changed = {} if data_dir is None else {"data_dir": str(data_dir)}
    tasks = tuple(task.model_copy(update=changed) for task in chosen.tasks if not only or task.label in only)
    return chosen.model_copy(update={"tasks": tasks})


def _planned(
    config: Named, data_dir: Path | str | None, output: Path | str | None, rows: Path | str | None,
    seeds: Sequence[int] | None, only: Sequence[str],
) -> tuple[SweepPlan, RowsFolder]:
    chosen = chosen_sweep(config, data_dir=data_dir, seeds=seeds, only=only)
    place = Path(output) if output else Path("runs") / chosen.name
    check_folder(place)  # a place that cannot be written is told before hours of work
    folder = RowsFolder(place / ROWS, [Path(rows)] if rows else [])
    return SweepPlan(chosen), folder


def _finished(
    plan: SweepPlan, state: Swept, rows: Sequence[ScoreRow], info: RunInfo, store: Store, emit: Emit
) -> FinishedSweep | None:
    """Findings over all tasks that have their baseline; what has no rows is told."""
    baseline = plan.config.systems[0]
    comparable = {row.run for row in rows if row.split != "dev" and row.system == baseline}
    unaveraged = {code for ground in plan.grounds.values() for card in ground.cards for code in card.extra_languages}
    told = [row for row in rows if row.run in comparable]
    if not told:
        return None
    measured = {}
    for ground in plan.grounds.values():
        for corpus in list(ground.scored.values())[:1]:
            measured[str(corpus.config["data_set"])] = measure_segmentation(ground.scored, store, emit)
    return finish_sweep(told, info, unaveraged=unaveraged, planned=[cell.label for cell in state.missing],
                        baseline=baseline, segmentation=measured)


def _info(plan: SweepPlan, command: str, folder: Path, choice: Choice) -> RunInfo:
    config = plan.config
    settings = plain(config)
    assert isinstance(settings, dict)
    cards = {card.name: card for ground in plan.grounds.values() for card in ground.cards}
    timings: dict[str, float] = {}
    for timing in read_timings(folder / TIMINGS):
        label = f"{timing.task}, trained and scored on {timing.processor}"
        timings[label] = timings.get(label, 0.0) + sum(timing.seconds.values())
    notes = [f"{task.label}: {task.note}" for task in config.tasks if task.note]
    shared = sorted({at for system, at in tuned_at(config).items() if system != at})
    for task, systems in longest_trained(config, choice).items():
        notes.append(f"{task}: of the epochs tried the most were best on dev for {', '.join(systems)}: "
                     "not trained to the end, and more might change the gains")
    notes += [f"settings were chosen with {at} and are those of all layers of this aggregator" for at in shared]
    return RunInfo(
        title=config.title or config.name, command=command, settings=settings, versions=versions(), timings=timings,
        cards=tuple(map(data_note, cards.values())), notes=tuple(notes),
        provenance="; ".join(dict.fromkeys(ground.info.provenance for ground in plan.grounds.values())),
        hardware=hardware(), created=now(),
    )


def _tell_others(folder: RowsFolder, plan: SweepPlan, state: Swept, emit: Emit) -> None:
    """Name row files that belong to no cell of the sweep, once all settings are chosen: they are left alone."""
    if len(state.choice) < len(plan.config.tasks) * len(plan.config.aggregators):
        return
    cells = (*state.done, *plan.final(state.choice))
    others = folder.of_other_keys({key for planned in cells for key in planned.scores})
    if others:
        names = ", ".join(path.name for path in others[:3]) + (" ..." if others[3:] else "")
        what = f"{len(others)} row file{'s' * (len(others) > 1)} of other settings, data or code left alone: {names}"
        emit(Progress("", plan.config.name, 0, 0, "", note=what))
