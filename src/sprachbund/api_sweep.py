"""Sweeps in Python: `sb.sweep("paper.yaml", data_dir=...)`; the command line calls this too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sprachbund.api import open_store
from sprachbund.core.errors import ConfigError, Fault, near_matches
from sprachbund.results.records import ScoreRow
from sprachbund.stages.events import Emit, Progress, log_notes
from sprachbund.stages.executors.executor import EXECUTORS
from sprachbund.studies.rows_folder import ROWS, RowsFolder
from sprachbund.studies.sweep import Limits, SweepObserver, Swept, run_sweep
from sprachbund.studies.sweep_config import SweepConfig
from sprachbund.studies.sweep_file import read_sweep, sweep_config
from sprachbund.studies.sweep_plan import SweepPlan


@dataclass(frozen=True)
class FinishedSweep:
    """What a call of `sweep` leaves.

    Args:
        config: what was asked.
        state: which cells are done and which are missing.
        rows: score rows of all cells that are done.
        folder: the sweep's folder; row files lie in `rows` below it.
    """

    config: SweepConfig
    state: Swept
    rows: tuple[ScoreRow, ...]
    folder: Path


def sweep(
    config: Path | str | SweepConfig | Mapping[str, Any],
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
) -> FinishedSweep:
    """Run a sweep over tasks, aggregators, layers and seeds, or go on with it.

    Cells whose rows lie in the sweep's folder are not computed again, whatever the store holds.

    Args:
        config: a YAML file, a config, or plain values.
        data_dir: folder that holds data sets named by tasks.
        output: the sweep's folder; default `runs/NAME`. Row files are written to `rows` below it.
        rows: another folder whose row files count as done too.
        store, executor, emit: as in `run`.
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
    chosen = chosen_sweep(config, data_dir=data_dir, seeds=seeds, only=only)
    place = sweep_folder(chosen, output)
    folder = RowsFolder(place / ROWS, [Path(rows)] if rows else [])
    plan = SweepPlan(chosen)
    limits = Limits(limit_cells, None if minutes is None else 60 * minutes)
    state = run_sweep(plan, open_store(store), EXECUTORS.load(executor).value(), folder, emit=emit,
                      observer=observer, limits=limits, keep_models=keep_models)
    if state.choice is not None:
        _tell_others(folder, plan, state, emit)
    return FinishedSweep(chosen, state, tuple(state.rows(folder)), place)


def chosen_sweep(
    config: Path | str | SweepConfig | Mapping[str, Any],
    *,
    data_dir: Path | str | None = None,
    seeds: Sequence[int] | None = None,
    only: Sequence[str] = (),
) -> SweepConfig:
    """The config of a sweep, with what a call changes of it; arguments and errors as in `sweep`."""
    overrides: dict[str, Any] = {} if seeds is None else {"seeds": list(seeds)}
    if data_dir is not None:
        overrides["common"] = {"data_dir": str(data_dir)}
    if isinstance(config, str | Path):
        chosen = read_sweep(config, overrides)
    elif isinstance(config, SweepConfig):
        tasks = [task.model_copy(update=overrides.get("common", {})) for task in config.tasks]
        chosen = config.model_copy(update={**overrides, "seeds": tuple(seeds or config.seeds), "tasks": tuple(tasks)})
    else:
        common = {**config.get("common", {}), **overrides.pop("common", {})}
        chosen = sweep_config({**config, **overrides, **({"common": common} if common else {})})
    unknown = [name for name in only if name not in chosen.task_names]
    if unknown:
        faults = [Fault("only", f"the sweep has no task named {name!r}; it has: {', '.join(chosen.task_names)}", None,
                        near_matches(name, chosen.task_names)) for name in unknown]
        raise ConfigError(faults, "the command line")
    return chosen.model_copy(update={"tasks": tuple(t for t in chosen.tasks if not only or t.label in only)})


def sweep_folder(config: SweepConfig, output: Path | str | None) -> Path:
    """Where a sweep's rows and report lie."""
    return Path(output) if output else Path("runs") / config.name


def _tell_others(folder: RowsFolder, plan: SweepPlan, state: Swept, emit: Emit) -> None:
    """Name row files that belong to no cell of the sweep: they are left alone."""
    final = plan.final(state.choice or {})
    others = folder.of_other_keys({key for planned in (*plan.tuning, *final) for key in (planned.dev, planned.test)})
    if others:
        names = ", ".join(path.name for path in others[:3]) + (" ..." if others[3:] else "")
        what = f"{len(others)} row file{'s' * (len(others) > 1)} of other settings, data or code left alone: {names}"
        emit(Progress("", plan.config.name, 0, 0, "", note=what))
