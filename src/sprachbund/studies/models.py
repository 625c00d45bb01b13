"""Trained models of a sweep in the store: hundreds of megabytes each, and of no use once their scores are there."""

from __future__ import annotations

from statistics import fmean

from sprachbund.stages.store import Store
from sprachbund.studies.cells import without_effect
from sprachbund.studies.sweep_config import Point, SweepConfig
from sprachbund.studies.sweep_plan import PlannedCell


class Models:
    """Lets go of models that no cell will need: findings are made of rows.

    Args:
        store: holds them.
        config: the sweep.
        keep: leave all of them.
    """

    def __init__(self, store: Store, config: SweepConfig, *, keep: bool) -> None:
        self._store, self._config, self._keep = store, config, keep
        self._tried: dict[tuple[str, str], dict[Point, dict[int, tuple[PlannedCell, float]]]] = {}

    def let_go(self, planned: PlannedCell, dev: float) -> None:
        """Remove the models that are of no more use now that a cell is done.

        Of a tuning cell the model stays as long as its settings may be the ones chosen, if the sweep has its seed.

        Args:
            planned: a cell whose scores are stored.
            dev: its score.
        """
        if self._keep:
            return
        if not planned.cell.tuning:
            self._remove(planned)
            return
        cell = planned.cell
        points = self._tried.setdefault((cell.task.label, cell.system), {})
        points.setdefault(cell.point, {})[cell.seed] = planned, dev
        whole = {point: fmean(score for _, score in seeds.values()) for point, seeds in points.items()
                 if set(seeds) == set(self._config.tuning_seeds)}
        order = self._config.tuning.points(whole, fixed=without_effect(cell.fusion))[0] if self._config.tuning else ()
        best = max((point for point in order if point in whole), key=whole.__getitem__, default=None)
        for point, seeds in points.items():
            for seed, (tried, _) in seeds.items():
                if seed not in self._config.seeds or (point in whole and point != best):
                    self._remove(tried)

    def _remove(self, planned: PlannedCell) -> None:
        """Remove a model that a sweep has made; one that a run of its own has made bears another label and stays."""
        key = planned.keys["train"]
        if self._store.has(key) and self._store.manifest(key).label == planned.stages.train.label:
            with self._store.lock(key):
                self._store.remove(key)
