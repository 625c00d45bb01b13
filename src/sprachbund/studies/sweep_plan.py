"""A sweep's cells as stages, and their keys: what is shared is one stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sprachbund.pipeline.cells import CellStages, plan_cell
from sprachbund.pipeline.groundwork import Groundwork, lay_groundwork
from sprachbund.stages.keys import Keys
from sprachbund.stages.stage import Stage
from sprachbund.studies.cells import Cell, Choice, final_cells, tuning_cells
from sprachbund.studies.sweep_config import SweepConfig


@dataclass(frozen=True, eq=False)
class PlannedCell:
    """A cell with its stages; equal only to itself.

    Args:
        cell: which.
        stages: its training and its scores.
        train: key of the training.
        dev, test: keys of the scores; a tuning cell has no use for the latter.
        own: keys of all stages that are not shared by the cells of a task.
    """

    cell: Cell
    stages: CellStages
    train: str
    dev: str
    test: str
    own: frozenset[str]

    @property
    def scores(self) -> Mapping[str, Stage]:
        """The score stages that make the cell, by key."""
        dev = {self.dev: self.stages.dev}
        return dev if self.cell.tuning else {**dev, self.test: self.stages.test}


class SweepPlan:
    """The cells of a sweep as stages; opens neither data nor weights.

    Attributes:
        config: what was asked.
        grounds: task name -> what its trainings share.
        tuning: the tuning cells; none without tuning.

    Raises:
        DataError, LanguageError, ModelError: as `lay_groundwork` and `plan_cell`.
    """

    def __init__(self, config: SweepConfig) -> None:
        self.config = config
        self.grounds: Mapping[str, Groundwork] = {task.label: lay_groundwork(task) for task in config.tasks}
        self.tuning = self._planned(tuning_cells(config))

    def final(self, choice: Choice) -> tuple[PlannedCell, ...]:
        """The cells that are compared in the end, trained with the settings chosen for each system."""
        return self._planned(final_cells(self.config, choice))

    def _planned(self, cells: Sequence[Cell]) -> tuple[PlannedCell, ...]:
        keys = Keys()
        planned = []
        for cell in cells:
            ground = self.grounds[cell.task.label]
            stages = plan_cell(ground, cell.config, cell.fusion, cell.seed, cell.label)
            train, dev, test = map(keys.key, (stages.train, stages.dev, stages.test))
            predictions = {keys.key(score.inputs["predictions"]) for score in (stages.dev, stages.test)}
            planned.append(PlannedCell(cell, stages, train, dev, test, frozenset({train, dev, test, *predictions})))
        return tuple(planned)
