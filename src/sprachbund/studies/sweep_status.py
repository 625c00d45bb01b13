"""What of a sweep is done, what will run, and how long that takes: read from rows and timings, nothing is run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sprachbund.stages.assignment import assign
from sprachbund.stages.executors.budget import Budget
from sprachbund.stages.keys import Keys
from sprachbund.stages.store import Store
from sprachbund.studies.cell_scores import cell_score
from sprachbund.studies.cells import Cell, choose, later_cells, tuned_at, tuning_cells
from sprachbund.studies.probes_folder import ProbesFolder
from sprachbund.studies.rows_folder import RowsFolder
from sprachbund.studies.sweep_plan import PlannedCell, Role, SweepPlan
from sprachbund.studies.timings import TIMINGS, estimate, read_timings

_FOR_SCORES: tuple[Role, ...] = ("predict dev", "predict")
_FOR_PROBES: tuple[Role, ...] = ("probe",)


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """Where one task of a sweep stands.

    Args:
        task: its name.
        tuning_done, tuning_cells: cells that serve the choice of settings.
        done, cells: cells that are compared; done with their probes, where these are asked for.
        probes_done, probes: models that are probed.
    """

    task: str
    tuning_done: int
    tuning_cells: int
    done: int
    cells: int
    probes_done: int = 0
    probes: int = 0


@dataclass(frozen=True)
class SweepStatus:
    """Where a sweep stands.

    Args:
        tasks: task by task.
        missing: what will run, in this order, in words.
        seconds: estimate for what is missing, as many cells side by side as fit; cells of tasks of which none was
            measured are not in it.
        unmeasured: how many these are, and those whose probes nothing tells of.
        side_by_side: how many trainings run at the same time here.
    """

    tasks: tuple[TaskStatus, ...]
    missing: tuple[str, ...]
    seconds: float
    unmeasured: int
    side_by_side: int


def sweep_status(plan: SweepPlan, store: Store, folder: RowsFolder) -> SweepStatus:
    """Say where a sweep stands.

    Args:
        plan: the sweep.
        store: what it holds takes no time.
        folder: rows of finished cells; timings lie beside it.

    Raises:
        FormatError: a file that does not hold score rows.
    """
    there, probed = folder.stages, ProbesFolder(folder).files

    def is_scored(planned: PlannedCell) -> bool:
        return there.issuperset(planned.scores)

    def is_done(planned: PlannedCell) -> bool:
        return is_scored(planned) and all(key in probed for key in planned.probes)

    dev: dict[Cell, float] = {}
    while new := [one for one in plan.tuning(dev) if is_scored(one) and one.cell not in dev]:
        dev |= {one.cell: cell_score(folder.read(one.scores), one).dev for one in new}
    choice = choose(plan.config, dev)
    untuned = later_cells(plan.config, choice, dev)
    cells = (*plan.tuning(dev), *plan.final(choice))
    missing = [planned for planned in cells if not is_done(planned)]
    done = [planned.cell for planned in cells if is_done(planned)]
    tuning = tuning_cells(plan.config, dev, ahead=True)
    asked = [planned.cell for planned in cells if any(key in probed for key in planned.probes)]
    tasks = tuple(_task(name, plan, done, tuning, asked) for name in plan.config.task_names)
    unsettled = plan.planned(untuned)
    spared = _spared(plan, missing, unsettled, is_scored, probed)
    timings = read_timings(folder.folder.with_name(TIMINGS))
    seconds, unmeasured = estimate((*missing, *unsettled), timings, store, spared)
    beside = _side_by_side(missing or list(cells))
    words = (*(("probe of " if is_scored(one) else "") + _told(one.cell) for one in missing), *map(_told, untuned))
    return SweepStatus(tasks, words, seconds / min(beside, max(1, len(words))), unmeasured, beside)


def _told(cell: Cell) -> str:
    return "tuning, " * cell.tuning + cell.label


def _task(
    name: str, plan: SweepPlan, done: Sequence[Cell], tuning: Sequence[Cell], probed: Sequence[Cell]
) -> TaskStatus:
    here = [cell for cell in done if cell.task.label == name]
    config = plan.config
    tuned = sum(cell.tuning for cell in here)
    asked = sum(config.probe.asks(name, system, seed) for system in config.systems for seed in config.seeds
                ) if config.probe else 0
    cells = len(config.aggregators) * len(config.seeds)
    return TaskStatus(name, tuned, sum(cell.task.label == name for cell in tuning), len(here) - tuned, cells,
                      sum(cell.task.label == name for cell in probed), asked)


def _spared(
    plan: SweepPlan, missing: Sequence[PlannedCell], unsettled: Sequence[PlannedCell],
    is_scored: Callable[[PlannedCell], bool], probed: Collection[str],
) -> dict[PlannedCell, Collection[Role]]:
    """What cells need not do: those that wait for their settings are trained in tuning already, where it has their
    seed, and others lack their rows or their probe alone."""
    tuned = set(tuned_at(plan.config).values())
    found: Sequence[Role] = ("train", "predict dev")
    spared: dict[PlannedCell, Collection[Role]] = {
        one: found for one in unsettled
        if not one.cell.tuning and one.cell.seed in plan.config.tuning_seeds and one.cell.system in tuned}
    for one in missing:
        if is_scored(one):
            spared[one] = _FOR_SCORES
        elif any(key in probed for key in one.probes):
            spared[one] = _FOR_PROBES
    return spared


def _side_by_side(cells: Sequence[PlannedCell]) -> int:
    budget, keys = Budget.of_machine(), Keys()
    return budget.side_by_side([assign(one.stages.train, keys) for one in cells[: int(budget.cpus) + 1]])
