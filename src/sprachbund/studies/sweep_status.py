"""What of a sweep is done, what will run, and how long that takes: read from rows and timings, nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.stages.assignment import assign
from sprachbund.stages.executors.budget import Budget
from sprachbund.stages.keys import Keys
from sprachbund.stages.store import Store
from sprachbund.studies.cell_scores import cell_score
from sprachbund.studies.cells import Cell, choose, later_cells, tuned_at, tuning_cells
from sprachbund.studies.rows_folder import RowsFolder
from sprachbund.studies.sweep_plan import PlannedCell, SweepPlan
from sprachbund.studies.timings import TIMINGS, Timing, estimate, read_timings


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """Where one task of a sweep stands.

    Args:
        task: its name.
        tuning_done, tuning_cells: cells that serve the choice of settings.
        done, cells: cells that are compared.
    """

    task: str
    tuning_done: int
    tuning_cells: int
    done: int
    cells: int


@dataclass(frozen=True)
class SweepStatus:
    """Where a sweep stands.

    Args:
        tasks: task by task.
        missing: what will run, in this order, in words.
        seconds: estimate for what is missing, as many cells side by side as fit; cells of tasks of which none was
            measured are not in it.
        unmeasured: how many these are.
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
    there = folder.stages

    def is_done(planned: PlannedCell) -> bool:
        return there.issuperset(planned.scores)

    dev: dict[Cell, float] = {}
    while new := [one for one in plan.tuning(dev) if is_done(one) and one.cell not in dev]:
        dev |= {one.cell: cell_score(folder.read(one.scores), one).dev for one in new}
    choice = choose(plan.config, dev)
    untuned = later_cells(plan.config, choice, dev)
    cells = (*plan.tuning(dev), *plan.final(choice))
    missing = [planned for planned in cells if not is_done(planned)]
    done = [planned.cell for planned in cells if is_done(planned)]
    tuning = tuning_cells(plan.config, dev, ahead=True)
    tasks = tuple(_task(name, plan, done, tuning) for name in plan.config.task_names)
    seconds, unmeasured = _estimate(plan, missing, untuned, read_timings(folder.folder.with_name(TIMINGS)), store)
    beside = _side_by_side(missing or list(cells))
    waiting = (*(one.cell for one in missing), *untuned)
    words = tuple("tuning, " * cell.tuning + cell.label for cell in waiting)
    return SweepStatus(tasks, words, seconds / min(beside, max(1, len(words))), unmeasured, beside)


def _task(name: str, plan: SweepPlan, done: Sequence[Cell], tuning: Sequence[Cell]) -> TaskStatus:
    here = [cell for cell in done if cell.task.label == name]
    cells = len(plan.config.aggregators) * len(plan.config.seeds)
    tuned = sum(cell.tuning for cell in here)
    return TaskStatus(name, tuned, sum(cell.task.label == name for cell in tuning), len(here) - tuned, cells)


def _estimate(
    plan: SweepPlan, missing: Sequence[PlannedCell], untuned: Sequence[Cell], timings: Sequence[Timing], store: Store
) -> tuple[float, int]:
    """Cells that wait for their settings are trained in tuning already, where it has their seed."""
    unsettled = plan.planned(untuned)
    tuned = set(tuned_at(plan.config).values())
    trained = {one for one in unsettled if not one.cell.tuning
               and one.cell.seed in plan.config.tuning_seeds and one.cell.system in tuned}
    return estimate((*missing, *unsettled), timings, store, trained=trained)


def _side_by_side(cells: Sequence[PlannedCell]) -> int:
    budget, keys = Budget.of_machine(), Keys()
    return budget.side_by_side([assign(one.stages.train, keys) for one in cells[: int(budget.cpus) + 1]])
