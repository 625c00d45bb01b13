"""A sweep's cells as stages, and their keys: what is shared is one stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sprachbund.pipeline.cells import CellStages, plan_cell
from sprachbund.pipeline.config import TransferConfig
from sprachbund.pipeline.groundwork import Groundwork, lay_groundwork
from sprachbund.pipeline.probe_config import ProbeConfig, ProbeSettings
from sprachbund.pipeline.probe_plan import ProbeGround, cell_probe, lay_probe_ground
from sprachbund.stages.keys import Keys
from sprachbund.stages.stage import Stage
from sprachbund.studies.cells import Cell, Choice, final_cells, tuning_cells
from sprachbund.studies.sweep_config import Point, SweepConfig

Role = Literal["train", "predict dev", "score dev", "predict", "score", "probe"]
"""What a stage does in a cell; the two before the last are the targets'."""


@dataclass(frozen=True, eq=False)
class PlannedCell:
    """A cell with its stages; equal only to itself.

    Args:
        cell: which.
        stages: its training and its scores.
        keys: of all stages that are not shared by the cells of a task; a tuning cell has none of the targets'.
        probe: of its model; None where it is not asked for.
        not_tested, notes: what the probe cannot measure here, and sentences for its reader.
    """

    cell: Cell
    stages: CellStages
    keys: Mapping[Role, str]
    probe: Stage | None = None
    not_tested: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def scores(self) -> Mapping[str, Stage]:
        """The score stages that make the cell, by key."""
        dev = {self.keys["score dev"]: self.stages.dev}
        return dev if self.cell.tuning else {**dev, self.keys["score"]: self.stages.test}

    @property
    def probes(self) -> Mapping[str, Stage]:
        """The probe stage by key, if there is one."""
        return {} if self.probe is None else {self.keys["probe"]: self.probe}

    @property
    def key(self) -> str:
        """Of the last score stage: it names the cell's row file."""
        return self.keys["score dev" if self.cell.tuning else "score"]


class SweepPlan:
    """The cells of a sweep as stages; opens neither data nor weights.

    Attributes:
        config: what was asked.
        grounds: task name -> what its trainings share.
        probe_grounds: task name -> what the probes of its models share, of tasks that are probed.

    Raises:
        DataError, LanguageError, ModelError: as `lay_groundwork`, `lay_probe_ground` and `plan_cell`.
    """

    def __init__(self, config: SweepConfig) -> None:
        self.config = config
        self.grounds: Mapping[str, Groundwork] = {task.label: lay_groundwork(task) for task in config.tasks}
        probed = (config.probe.tasks or config.task_names) if config.probe else ()
        self.probe_grounds: Mapping[str, ProbeGround] = {
            name: lay_probe_ground(_probe_config(config.probe, ground.config), ground)
            for name, ground in self.grounds.items() if config.probe is not None and name in probed
        }
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
            planned.append(self._with_probe(PlannedCell(cell, stages, own), keys))
        return tuple(planned)

    def _with_probe(self, planned: PlannedCell, keys: Keys) -> PlannedCell:
        asked, cell = self.config.probe, planned.cell
        if asked is None or cell.tuning or not asked.asks(cell.task.label, cell.system, cell.seed):
            return planned
        ground = self.probe_grounds[cell.task.label]
        stage = cell_probe(ground, planned.stages.train, cell.label, fused_only=asked.states == "fused")
        return replace(planned, probe=stage, keys={**planned.keys, "probe": keys.key(stage)},
                       not_tested=ground.not_tested, notes=ground.notes)


def _probe_config(asked: ProbeSettings, task: TransferConfig) -> ProbeConfig:
    """What is asked of a task's models, with what is the task's own."""
    settings = {name: getattr(asked, name) for name in ProbeSettings.model_fields}
    return ProbeConfig(
        **settings, model=task.encoder.name, before="", task_data=task.test_data_config(), source=task.source,
        precision=task.training.precision, data_dir=task.data_dir, device=task.training.device,
        threads=task.training.threads)


def _dev_keys(dev: Stage, keys: Keys) -> dict[Role, str]:
    return {"predict dev": keys.key(dev.inputs["predictions"]), "score dev": keys.key(dev)}
