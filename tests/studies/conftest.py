"""A sweep over two small data sets and a tiny encoder, and an executor that makes up what stages would compute."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from sprachbund.core.errors import ModelError
from sprachbund.pipeline.probe_plan import PROBED
from sprachbund.results.probe_files import write_probed
from sprachbund.results.probe_findings import FUSED, Point, Probed, ProbedModel
from sprachbund.results.records import ScoreRow, write_rows
from sprachbund.stages.assignment import Assignment
from sprachbund.stages.events import Emit, StageEvent
from sprachbund.stages.executors.executor import Executor
from sprachbund.stages.executors.schedule import Schedule
from sprachbund.stages.manifest import describe, write_manifest
from sprachbund.stages.perform import Outcome
from sprachbund.stages.store import Store
from sprachbund.studies.rows_folder import ROWS, RowsFolder
from sprachbund.studies.sweep import Swept, run_sweep
from sprachbund.studies.sweep_file import sweep_config
from sprachbund.studies.sweep_plan import SweepPlan
from sprachbund.testing.tiny import make_tiny_encoder

EXAMPLES = 20
SENTENCE = "1\tthe\t_\tDET\t_\t_\t_\t_\t_\t_\n2\tdog\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n"


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder") / "tiny-bert", "bert", layers=4)


@pytest.fixture(scope="session")
def flat_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder") / "one-layer", "bert", layers=1)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "tags"
    for language, splits in {"en": ("train", "dev", "test"), "de": ("test",), "fr": ("test",)}.items():
        for split in splits:
            path = folder / language / f"{split}.conllu"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(SENTENCE, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def parallel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "parallel"
    for language in ("de", "fr"):
        path = folder / language / "test.tsv"
        path.parent.mkdir(parents=True)
        path.write_text("text\ttext_pair\nHund\tdog\nKatze\tcat\n", encoding="utf-8")
    return folder


@pytest.fixture
def probe(data: Path, parallel: Path) -> dict[str, Any]:
    """What a sweep file says under `probe`."""
    return {"data": str(parallel), "words": str(data), "sentences": 2}


@pytest.fixture
def values(encoder: Path, data: Path) -> dict[str, Any]:
    """A sweep as plain values."""
    return {
        "name": "small",
        "common": {"encoder": str(encoder), "data": str(data)},
        "tasks": [{"name": "POS", "note": "made up"}, {"name": "short", "train_limit": 1}],
        "aggregators": ["last_layer", {"type": "dlfa", "layer": [1, 3]}, "refined_last"],
        "seeds": [1, 2],
    }


class MadeUp(Executor):
    """Stores an output for every stage without computing it; scores are what a function says of the stage's label.

    Args:
        points: label of a score stage -> share of examples that are right.
        fails: label of a stage -> whether it fails.

    Attributes:
        kinds: how many stages of a kind it ran.
        order: labels of the trainings in their order.
    """

    in_children: ClassVar[bool] = False

    def __init__(
        self, points: Callable[[str], float] = lambda label: 0.5, fails: Callable[[str], bool] = lambda label: False
    ) -> None:
        self.points, self.fails = points, fails
        self.kinds: Counter[str] = Counter()
        self.order: list[str] = []

    def execute(self, schedule: Schedule, store: Store, emit: Emit) -> None:
        while ready := schedule.ready():
            schedule.start(ready[0])
            self._perform(ready[0], schedule, store, emit)

    def _perform(self, one: Assignment, schedule: Schedule, store: Store, emit: Emit) -> None:
        emit(StageEvent("started", one.key, one.kind, one.label))
        if self.fails(one.label):
            emit(StageEvent("failed", one.key, one.kind, one.label, message="it fails"))
            schedule.fail(ModelError(f"{one.label} fails"))
            return
        with store.write(one.kind, one.key) as folder:
            if one.kind == "score":
                write_rows(folder / "rows.parquet", self._rows(one))
            if one.kind == "probe":
                write_probed(folder / PROBED, probed(one.label))
            write_manifest(describe(one, folder, datetime.now(UTC), 2.0), folder)
        self.kinds[one.kind] += 1
        self.order += [one.label] if one.kind == "train" else []
        emit(StageEvent("finished", one.key, one.kind, one.label, 2.0))
        schedule.finish(Outcome(one.key, executed=True, seconds=2.0))

    def _rows(self, one: Assignment) -> list[ScoreRow]:
        dev = one.label.startswith("score dev")
        right = round(EXAMPLES * self.points(one.label))
        system = re.split(", (?:seed|head)", one.label.partition(": ")[2])[0]
        return [row(system, right, target, "dev" if dev else "test", one.key) for target in (["en"] if dev else
                                                                                             ["en", "de", "fr"])]


def row(system: str, right: int, target: str, split: str, stage: str, seed: int = 1) -> ScoreRow:
    zeros = np.zeros(EXAMPLES, dtype=np.int64)
    ones = np.ones(EXAMPLES, dtype=np.int64)
    counts = np.stack([(np.arange(EXAMPLES) < right).astype(np.int64), ones], axis=1)
    return ScoreRow(
        task="tagging", data_set="tags", split=split, fingerprint=f"{target} {split}", metric="accuracy",
        metric_version=1, primary=True, encoder="tiny", provenance="", fusion="last_layer", system=system,
        layers=(4,), gate="", intermediate=(), train_data="tags", train_examples=1, source="en", target=target,
        seed=seed, run="", stage=stage, columns=("correct", "total"), identities=tuple(map(str, range(EXAMPLES))),
        counts=counts, words=ones, windowed=zeros, unpredicted=zeros, repaired=zeros, ignored=zeros,
    )


def probed(label: str) -> Probed:
    about = ProbedModel(
        role="after", name=label, encoder="tiny", provenance="", task="tagging", fusion="dlfa", system="DLFA",
        layers=(4,), gate="literal", source="en", train_data="tags", train_examples=1, seed=1, n_layers=4, width=8,
        normed_last=False, states=(FUSED,), seconds=1.0, pieces=10)
    return Probed(about, (Point("after", "pos", "", FUSED, "de", 2, 50.0, None, None),), (), (), (), (), ())


class World:
    """Runs a sweep in one place."""

    def __init__(self, folder: Path, values: dict[str, Any]) -> None:
        self.folder, self.values = folder, values
        self.store = Store(folder / "store")

    def plan(self, **changed: Any) -> SweepPlan:
        return SweepPlan(sweep_config({**self.values, **changed}))

    def rows(self, *others: Path) -> RowsFolder:
        return RowsFolder(self.folder / "out" / ROWS, others)

    def run(self, executor: Executor, plan: SweepPlan | None = None, **more: Any) -> Swept:
        return run_sweep(plan or self.plan(), self.store, executor, self.rows(), **more)


@pytest.fixture
def world(tmp_path: Path, values: dict[str, Any]) -> World:
    return World(tmp_path, values)


@pytest.fixture
def made_up() -> type[MadeUp]:
    return MadeUp


@pytest.fixture
def make_row() -> Callable[..., ScoreRow]:
    return row
