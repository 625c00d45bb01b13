"""Run a sweep: what is missing of it, cell by cell; a cell's rows, and its probe, are on disk as soon as made."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from shutil import copyfile

from sprachbund.core.errors import Interrupted, SprachbundError
from sprachbund.core.files import write_aside
from sprachbund.pipeline.probe_plan import PROBED
from sprachbund.results.gates import FILE as GATES
from sprachbund.results.probe_files import read_probed
from sprachbund.results.probe_summary import summarise
from sprachbund.results.records import ScoreRow, read_rows
from sprachbund.stages.events import Emit, Event, StageEvent, ignore
from sprachbund.stages.executors.executor import Executor
from sprachbund.stages.run import run_stages
from sprachbund.stages.stage import Stage
from sprachbund.stages.store import Store
from sprachbund.studies.cell_scores import CellScore, cell_score, described
from sprachbund.studies.cells import Cell, Choice, choose, later_cells
from sprachbund.studies.models import Models
from sprachbund.studies.probes_folder import ProbesFolder
from sprachbund.studies.rows_folder import RowsFolder
from sprachbund.studies.sweep_plan import PlannedCell, SweepPlan
from sprachbund.studies.timings import TIMINGS, append, measure


class SweepObserver:
    """Is told how a sweep goes; this one looks away. Events of single stages go to `emit`."""

    def begin(self, cells: Sequence[PlannedCell]) -> None:
        """A phase begins: tuning, or the cells that are compared."""

    def scored(self, planned: PlannedCell, score: CellScore, *, stored: bool) -> None:
        """A cell is done and its rows are on disk; `stored`: they were there before."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop; what was begun is brought to its end.

    Args:
        cells: compute at most so many; None: all.
        seconds: begin none after so much time; None: no limit.
    """

    cells: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Swept:
    """Where a sweep stands.

    Args:
        done: cells whose rows, and probe if one is asked for, are on disk, tuning cells first.
        missing: cells that are still to be computed; of systems whose tuning is not done, without their settings.
        choice: the settings of each system whose tuning is done.
        computed: how many cells were computed now.
        failure: what the first stage that failed said, or None.
    """

    done: tuple[PlannedCell, ...]
    missing: tuple[Cell, ...]
    choice: Choice
    computed: int
    failure: SprachbundError | None = None

    def rows(self, folder: RowsFolder) -> list[ScoreRow]:
        """The rows of all cells that are done, those of tuning cells last.

        Raises:
            FormatError: a file that does not hold score rows.
        """
        cells = sorted(self.done, key=lambda planned: planned.cell.tuning)
        return [row for planned in cells for row in folder.read(planned.scores)]


def run_sweep(
    plan: SweepPlan,
    store: Store,
    executor: Executor,
    folder: RowsFolder,
    *,
    emit: Emit = ignore,
    observer: SweepObserver | None = None,
    limits: Limits | None = None,
    keep_models: bool = False,
) -> Swept:
    """Compute the cells that have no rows in a folder, and probe the models whose probes are not beside it.

    First the tuning cells, then every system with the settings chosen for it. A stage that fails stops only the
    cells that need it: a night is not lost to one training that diverges.

    Args:
        plan: the sweep.
        store: remembers stages; may be empty.
        executor: who runs the stages.
        folder: rows of finished cells; new ones are written there.
        emit: gets the events of stages.
        observer: is told how the sweep goes.
        limits: when to stop before the end.
        keep_models: leave trained models in the store; else a model goes once nothing needs it.

    Raises:
        StorageError: no space for rows, no permission.
        Interrupted: Ctrl-C; calling again goes on from there.
    """
    runner = _Runner(plan, store, executor, folder, emit, observer or SweepObserver(), limits or Limits(),
                     Models(store, plan.config, keep=keep_models))
    tried: set[PlannedCell] = set()
    while new := [planned for planned in plan.tuning(runner.dev_scores()) if planned not in tried]:
        tried.update(new)
        runner.run(new)
    dev = runner.dev_scores()
    choice = choose(plan.config, dev)
    runner.run(plan.final(choice))
    missing = (*runner.missing, *later_cells(plan.config, choice, dev))
    return Swept(tuple(runner.done), missing, choice, runner.computed, runner.failure)


class _Runner:
    """Runs the phases of a sweep one after the other."""

    def __init__(
        self, plan: SweepPlan, store: Store, executor: Executor, folder: RowsFolder, emit: Emit,
        observer: SweepObserver, limits: Limits, models: Models,
    ) -> None:
        self.plan, self.store, self.executor, self.folder = plan, store, executor, folder
        self.emit, self.observer, self.limits, self.models = emit, observer, limits, models
        self.probes = ProbesFolder(folder)
        self.begun = time.monotonic()
        self.done: list[PlannedCell] = []
        self.missing: list[Cell] = []
        self.failure: SprachbundError | None = None
        self.computed = 0
        self._dev: dict[PlannedCell, float] = {}

    def run(self, cells: Sequence[PlannedCell]) -> None:
        """Bring the rows of some cells to disk, as far as the limits allow."""
        if not cells:
            return
        self.observer.begin(cells)
        missing = {planned: self._missing(planned) for planned in cells}
        waiting = [planned for planned in cells if missing[planned]]
        for planned in cells:
            if not missing[planned]:
                self.finish(planned, stored=True)
        left = None if self.limits.cells is None else max(0, self.limits.cells - self.computed)
        phase = _Phase(self, {planned: missing[planned] for planned in waiting[:left]})
        try:
            phase.run()
        except Interrupted:
            raise Interrupted(
                f"interrupted with {len(cells) - len(waiting) + phase.finished} of {len(cells)} "
                f"{'tuning ' * cells[0].cell.tuning}cells done; their rows are in {self.folder.folder}",
                remedy="run the same command again: it computes only what is missing",
            ) from None
        except SprachbundError as error:
            self.failure = self.failure or error
        done = set(self.done)
        self.missing += [planned.cell for planned in waiting if planned not in done]

    def dev_scores(self) -> dict[Cell, float]:
        """The dev scores of all cells that are done."""
        return {planned.cell: score for planned, score in self._dev.items()}

    def out_of_time(self) -> bool:
        """Whether no further cell is to be begun."""
        return self.limits.seconds is not None and time.monotonic() - self.begun > self.limits.seconds

    def _missing(self, planned: PlannedCell) -> dict[str, Stage]:
        """The stages, by key, whose rows or probe a cell lacks on disk."""
        scores = {} if self.folder.stages.issuperset(planned.scores) else planned.scores
        return {**scores, **{key: stage for key, stage in planned.probes.items() if key not in self.probes.files}}

    def write_probe(self, planned: PlannedCell) -> None:
        """Write the probe of a cell's model whose stage is stored."""
        key, cell = planned.keys["probe"], planned.cell
        probed = read_probed(self.store.open(key) / PROBED)
        settings = {} if self.plan.config.probe is None else self.plan.config.probe.told()
        findings = summarise([probed], cell.task.source, not_tested=planned.not_tested, notes=planned.notes,
                             settings=settings)
        self.probes.write(cell.label, key, findings)
        append(self.folder.folder.with_name(TIMINGS), planned, measure(planned, self.store, ("probe",)))

    def write_rows(self, planned: PlannedCell) -> None:
        """Write the rows of a cell whose scores are stored."""
        stored = [row for key in planned.scores for row in read_rows(self.store.open(key) / "rows.parquet")]
        rows = described(stored, planned.cell)
        name = f"tuning {planned.cell.label}" if planned.cell.tuning else planned.cell.label
        written = self.folder.write(name, planned.key, rows)
        self._keep_gates(planned, written.name)
        append(self.folder.folder.with_name(TIMINGS), planned, measure(planned, self.store))

    def _keep_gates(self, planned: PlannedCell, name: str) -> None:
        """Keep what the model's gate was like on the targets, where it has one: the model itself goes."""
        predictions = self.store.folder(planned.keys.get("predict", ""))
        if predictions is not None and (predictions / GATES).is_file():
            with write_aside(self.folder.folder.with_name("gates") / name) as temporary:
                copyfile(predictions / GATES, temporary)

    def finish(self, planned: PlannedCell, *, stored: bool) -> None:
        """Take in a cell of which everything is on disk."""
        self.computed += not stored
        rows = self.folder.read(planned.scores)
        cards = self.plan.grounds[planned.cell.task.label].cards
        score = cell_score(rows, planned, {code for card in cards for code in card.extra_languages})
        self._dev[planned] = score.dev
        self.done.append(planned)
        self.models.let_go(planned, score.dev)
        self.observer.scored(planned, score, stored=stored)


class _Phase:
    """Cells that are computed in one go."""

    def __init__(self, runner: _Runner, missing: Mapping[PlannedCell, Mapping[str, Stage]]) -> None:
        self.runner = runner
        self.finished = 0
        self._targets = [stage for stages in missing.values() for stage in stages.values()]
        self._wanted = {planned: set(stages) for planned, stages in missing.items()}
        self._begun: set[str] = set()

    def run(self) -> None:
        """Compute them.

        Raises:
            SprachbundError: the first failure, after all else is done.
        """
        if self._targets and not self.runner.out_of_time():
            run_stages(self._targets, self.runner.store, self.runner.executor, self._take, keep_going=True,
                       may_start=self._may_start)

    def _may_start(self, key: str) -> bool:
        return key in self._begun or not self.runner.out_of_time()

    def _take(self, event: Event) -> None:
        self.runner.emit(event)
        if not isinstance(event, StageEvent):
            return
        if event.state == "started":
            self._begun.update(*(one.keys.values() for one in self._wanted if event.key in one.keys.values()))
        elif event.state in {"hit", "finished"}:
            for planned, wanted in self._wanted.items():
                if event.key in wanted:
                    wanted.discard(event.key)
                    self._took(planned, event.key, wanted)

    def _took(self, planned: PlannedCell, key: str, wanted: Collection[str]) -> None:
        """Write what a cell has now that one more of its stages is stored."""
        if key in planned.probes:
            self.runner.write_probe(planned)
        elif planned.scores.keys().isdisjoint(wanted):
            self.runner.write_rows(planned)
        if not wanted:
            self.finished += 1
            self.runner.finish(planned, stored=False)
