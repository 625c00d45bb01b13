"""A sweep's config to its cells: what is tried in tuning, and what is compared in the end. Pure: nothing is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from sprachbund.core.errors import DataError
from sprachbund.models.fusion.fusion import FUSIONS, FusionConfig
from sprachbund.studies.sweep_config import Point, SweepConfig, SweepTask, settings_in_words, with_settings

Choice = Mapping[tuple[str, str], Point]
"""(task name, system) -> the settings that the system is trained with."""


@dataclass(frozen=True)
class Cell:
    """One system on one task with some settings and one seed.

    Args:
        task: the entry of the sweep, with its own settings.
        fusion: the system.
        point: the settings that replace the task's own.
        seed: the root seed.
        tuning: whether the cell only serves the choice of settings; it is then scored on dev alone.
    """

    task: SweepTask
    fusion: FusionConfig
    point: Point
    seed: int
    tuning: bool = False

    @property
    def system(self) -> str:
        """The fusion's label."""
        return self.fusion.label()

    @property
    def settings(self) -> str:
        """What differs from the task's own settings, in words."""
        return settings_in_words(self.task, self.point)

    @property
    def config(self) -> SweepTask:
        """The task with the cell's settings."""
        return with_settings(self.task, self.point)

    @property
    def label(self) -> str:
        """The cell in words: "POS: DLFA (k=9, literal), epochs 3, seed 1"."""
        return f"{self.task.label}: " + ", ".join(filter(None, (self.system, self.settings, f"seed {self.seed}")))


def tuning_cells(config: SweepConfig) -> tuple[Cell, ...]:
    """Every point of the grid for every system, the baseline first; none without tuning."""
    points = config.tuning.points() if config.tuning else ()
    return tuple(
        Cell(task, fusion, point, seed, tuning=True)
        for seed in config.tuning_seeds
        for task in config.tasks
        for fusion in in_order(config.aggregators)
        for point in points
    )


def final_cells(config: SweepConfig, choice: Choice) -> tuple[Cell, ...]:
    """Every system with every seed, trained with the settings chosen for it.

    Seed by seed over all tasks, the baseline and the controls first: wherever a long sweep stands, what is done
    can be compared.
    """
    return tuple(
        Cell(task, fusion, choice.get((task.label, fusion.label()), ()), seed)
        for seed in config.seeds
        for task in config.tasks
        for fusion in in_order(config.aggregators)
    )


def choose(config: SweepConfig, dev: Mapping[tuple[str, str, Point, int], float]) -> dict[tuple[str, str], Point]:
    """The settings of each system: the best mean dev score over the tuning seeds, of equals the first.

    Args:
        config: a sweep with tuning.
        dev: (task name, system, point, seed) -> dev score of a tuning cell.

    Raises:
        DataError: a tuning cell has no score.
    """
    points = config.tuning.points() if config.tuning else ()

    def mean(task: str, system: str, point: Point) -> float:
        try:
            return fmean(dev[task, system, point, seed] for seed in config.tuning_seeds)
        except KeyError:
            raise DataError(f"{task}: {system} cannot be tuned: a dev score is missing",
                            remedy="run the sweep again: it computes what is missing") from None

    return {
        (task, system): max(points, key=lambda point: mean(task, system, point))
        for task in config.task_names
        for system in config.systems
        if points
    }


def in_order(fusions: tuple[FusionConfig, ...]) -> list[FusionConfig]:
    """The baseline, then the controls, then the others as they were given."""
    baseline, *others = fusions
    return [baseline, *sorted(others, key=lambda fusion: not is_control(fusion))]


def is_control(fusion: FusionConfig) -> bool:
    """Whether a fusion sees only what the baseline sees: a gain over it is no matter of parameters."""
    return bool(getattr(FUSIONS.load(fusion.type).value, "control", False))
