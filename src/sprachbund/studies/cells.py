"""A sweep's config to its cells: what is tried in tuning, and what is compared in the end. Pure: nothing is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from sprachbund.models.fusion.fusion import FUSIONS, FusionConfig, learns
from sprachbund.studies.sweep_config import Point, SweepConfig, SweepTask, settings_in_words, with_settings

EPOCHS = "training.epochs"
"""The setting that says how long is trained."""

Choice = Mapping[tuple[str, str], Point]
"""(task name, system) -> the settings that the system is trained with."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One system on one task with some settings and one seed; equal only to itself.

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


def tuning_cells(config: SweepConfig, dev: Mapping[Cell, float], *, ahead: bool = False) -> tuple[Cell, ...]:
    """The points of the grid for every system that is tuned, the baseline first; none without tuning.

    Args:
        config: the sweep.
        dev: scores of tuning cells that are done; a search that is no grid needs them to know what is tried next.
        ahead: those too whose settings depend on scores that are missing; which they will be is a guess then.
    """
    if config.tuning is None:
        return ()
    tuned, scores = set(tuned_at(config).values()), _point_scores(config, dev)
    fusions = [fusion for fusion in in_order(config.aggregators) if fusion.label() in tuned]
    points = {
        (task.label, fusion.label()): config.tuning.points(
            scores.get((task.label, fusion.label()), {}), fixed=without_effect(fusion), ahead=ahead)[0]
        for task in config.tasks for fusion in fusions
    }
    return tuple(
        Cell(task, fusion, point, seed, tuning=True)
        for seed in config.tuning_seeds
        for task in config.tasks
        for fusion in fusions
        for point in points[task.label, fusion.label()]
    )


def without_effect(fusion: FusionConfig) -> frozenset[str]:
    """Settings of a grid that change nothing for a fusion: the learning rate of one that learns nothing."""
    return frozenset() if learns(fusion) else frozenset({"training.fusion_learning_rate"})


def _point_scores(config: SweepConfig, dev: Mapping[Cell, float]) -> dict[tuple[str, str], dict[Point, float]]:
    """(task, system) -> point -> mean dev score, of points that have one for every tuning seed."""
    found: dict[tuple[str, str], dict[Point, dict[int, float]]] = {}
    for cell, score in dev.items():
        if cell.tuning:
            found.setdefault((cell.task.label, cell.system), {}).setdefault(cell.point, {})[cell.seed] = score
    wanted = set(config.tuning_seeds)
    return {
        place: {point: fmean(seeds[seed] for seed in wanted) for point, seeds in points.items() if wanted <= set(seeds)}
        for place, points in found.items()
    }


def tuned_at(config: SweepConfig) -> dict[str, str]:
    """Each system -> the system at which its settings are chosen: itself, or the middle one of its aggregator."""
    if config.tuning is None or config.tuning.by == "system":
        return {system: system for system in config.systems}
    members: dict[str, list[str]] = {}
    for fusion in config.aggregators:
        members.setdefault(fusion.aggregator(), []).append(fusion.label())
    return {label: labels[len(labels) // 2] for labels in members.values() for label in labels}


def final_cells(config: SweepConfig, choice: Choice) -> tuple[Cell, ...]:
    """Every system whose settings are chosen, with every seed.

    Seed by seed over all tasks, the baseline and the controls first: wherever a long sweep stands, what is done
    can be compared.
    """
    return tuple(
        Cell(task, fusion, choice[task.label, fusion.label()], seed)
        for task, fusion, seed in _compared(config)
        if (task.label, fusion.label()) in choice
    )


def later_cells(config: SweepConfig, choice: Choice, dev: Mapping[Cell, float]) -> tuple[Cell, ...]:
    """The cells whose settings are not known yet: tuning cells that wait for the scores of others, with a guess of
    their settings, and those of `final_cells` whose settings are not chosen, with the task's own."""
    known = {(cell.task.label, cell.system, cell.point, cell.seed) for cell in tuning_cells(config, dev)}
    tuning = tuple(cell for cell in tuning_cells(config, dev, ahead=True)
                   if (cell.task.label, cell.system, cell.point, cell.seed) not in known)
    return (*tuning, *(Cell(task, fusion, (), seed) for task, fusion, seed in _compared(config)
                       if (task.label, fusion.label()) not in choice))


def _compared(config: SweepConfig) -> list[tuple[SweepTask, FusionConfig, int]]:
    return [(task, fusion, seed) for seed in config.seeds for task in config.tasks
            for fusion in in_order(config.aggregators)]


def choose(config: SweepConfig, dev: Mapping[Cell, float]) -> dict[tuple[str, str], Point]:
    """The settings of each system: the best mean dev score over the tuning seeds, of equals the first.

    Args:
        config: the sweep; without tuning every system has its task's own settings.
        dev: dev scores of tuning cells; a system of which one is missing is left out.
    """
    if config.tuning is None:
        return {(task, label): () for task in config.task_names for label in config.systems}
    scores, choice = _point_scores(config, dev), {}
    fusions = {fusion.label(): fusion for fusion in config.aggregators}
    for task in config.task_names:
        for label, system in tuned_at(config).items():
            found = scores.get((task, system), {})
            points, whole = config.tuning.points(found, fixed=without_effect(fusions[system]))
            if whole and all(point in found for point in points):
                choice[task, label] = max(points, key=found.__getitem__)
    return choice


def longest_trained(config: SweepConfig, choice: Choice) -> dict[str, tuple[str, ...]]:
    """Task name -> tuned systems for which the most epochs of the grid were best, so that more may be better still."""
    epochs = config.tuning.grid.get(EPOCHS, ()) if config.tuning else ()
    if len(epochs) < 2:
        return {}
    tuned = dict.fromkeys(tuned_at(config).values())
    found = {task: tuple(system for system in tuned if dict(choice.get((task, system), ())).get(EPOCHS) == max(epochs))
             for task in config.task_names}
    return {task: systems for task, systems in found.items() if systems}


def in_order(fusions: tuple[FusionConfig, ...]) -> list[FusionConfig]:
    """The baseline, then the controls, then the others as they were given."""
    baseline, *others = fusions
    return [baseline, *sorted(others, key=lambda fusion: not is_control(fusion))]


def is_control(fusion: FusionConfig) -> bool:
    """Whether a fusion sees only what the baseline sees: a gain over it is no matter of parameters."""
    return bool(getattr(FUSIONS.load(fusion.type).value, "control", False))
