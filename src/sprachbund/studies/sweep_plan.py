"""A sweep's cells as stages, and their keys: what is shared is one stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sprachbund.pipeline.cells import CellStages, plan_cell
from sprachbund.pipeline.groundwork import Groundwork, lay_groundwork
from sprachbund.stages.keys import Keys
from sprachbund.stages.stage import Stage
from sprachbund.studies.cells import Cell, Choice, final_cells, tuning_cells
from sprachbund.studies.sweep_config import Point, SweepConfig

Role = Literal["train", "predict dev", "score dev", "predict", "score"]
"""What a stage does in a cell; the last two are the targets'."""


@dataclass(frozen=True, eq=False)
class PlannedCell:
    """A cell with its stages; equal only to itself.

    Args:
        cell: which.
        stages: its training and its scores.
        keys: of all stages that are not shared by the cells of a task; a tuning cell has none of the targets'.
    """

    cell: Cell
    stages: CellStages
    keys: Mapping[Role, str]

    @property
    def scores(self) -> Mapping[str, Stage]:
        """The score stages that make the cell, by key."""
        dev = {self.keys["score dev"]: self.stages.dev}
        return dev if self.cell.tuning else {**dev, self.keys["score"]: self.stages.test}

    @property
    def key(self) -> str:
        """Of the last score stage: it names the cell's row file."""
        return self.keys["score dev" if self.cell.tuning else "score"]


class SweepPlan:
    """The cells of a sweep as stages; opens neither data nor weights.

    Attributes:
        config: what was asked.
        grounds: task name -> what its trainings share.

    Raises:
        DataError, LanguageError, ModelError: as `lay_groundwork` and `plan_cell`.
    """

    def __init__(self, config: SweepConfig) -> None:
        self.config = config
        self.grounds: Mapping[str, Groundwork] = {task.label: lay_groundwork(task) for task in config.tasks}
        self._tuning: dict[tuple[str, str, Point, int], PlannedCell] = {}

    def tuning(self, dev: Mapping[Cell, float]) -> tuple[PlannedCell, ...]:
        """The tuning cells that can be told by the scores of those that are done; none without tuning.

        Asked again with more scores it returns the same cells, and more.
        """
        cells = tuning_cells(self.config, dev)
        places = [(cell.task.label, cell.system, cell.point, cell.seed) for cell in cells]
        new = {place: cell for place, cell in zip(places, cells, strict=True) if place not in self._tuning}
        self._tuning |= dict(zip(new, self.planned(tuple(new.values())), strict=True))
        return tuple(self._tuning[place] for place in places)

    def final(self, choice: Choice) -> tuple[PlannedCell, ...]:
        """The cells that are compared in the end, of all systems whose settings are chosen."""
        return self.planned(final_cells(self.config, choice))

    def planned(self, cells: Sequence[Cell]) -> tuple[PlannedCell, ...]:
        """Some cells of the sweep with their stages."""
        keys = Keys()
        planned = []
        for cell in cells:
            ground = self.grounds[cell.task.label]
            stages = plan_cell(ground, cell.config, cell.fusion, cell.seed, cell.label)
            own: dict[Role, str] = {"train": keys.key(stages.train), **_dev_keys(stages.dev, keys)}
            if not cell.tuning:
                own |= {"predict": keys.key(stages.test.inputs["predictions"]), "score": keys.key(stages.test)}
            planned.append(PlannedCell(cell, stages, own))
        return tuple(planned)


def _dev_keys(dev: Stage, keys: Keys) -> dict[Role, str]:
    return {"predict dev": keys.key(dev.inputs["predictions"]), "score dev": keys.key(dev)}
