"""Every registered executor keeps the contract, and the contract can be broken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from sprachbund.stages.assignment import Assignment
from sprachbund.stages.events import Emit
from sprachbund.stages.executors.budget import Budget
from sprachbund.stages.executors.executor import EXECUTORS, Executor
from sprachbund.stages.executors.inline import InlineExecutor
from sprachbund.stages.executors.processes import ProcessExecutor
from sprachbund.stages.executors.schedule import Schedule
from sprachbund.stages.perform import Outcome
from sprachbund.stages.store import Store
from sprachbund.testing.check_executor import check_executor


@pytest.mark.parametrize("name", EXECUTORS.names())
def test_every_registered_executor_keeps_the_contract(name: str, tmp_path: Path) -> None:
    check_executor(EXECUTORS.load(name).value, tmp_path)


class LiesAboutChildren(InlineExecutor):
    in_children: ClassVar[bool] = True


class RunsNothing(Executor):
    in_children: ClassVar[bool] = False

    def execute(self, schedule: Schedule, store: Store, emit: Emit) -> None:
        while ready := schedule.ready():
            schedule.start(ready[0])
            schedule.finish(Outcome(ready[0].key, executed=True))


class Silent(InlineExecutor):
    def execute(self, schedule: Schedule, store: Store, emit: Emit) -> None:
        super().execute(schedule, store, lambda event: None)


class Boundless(Budget):
    def _fits(self, stages: Sequence[Assignment]) -> bool:
        return True


class SharesTheGpu(ProcessExecutor):
    def __init__(self) -> None:
        super().__init__()
        self.budget = Boundless(4)


class SwallowsErrors(InlineExecutor):
    def execute(self, schedule: Schedule, store: Store, emit: Emit) -> None:
        super().execute(schedule, store, emit)
        schedule.errors.clear()


@pytest.mark.parametrize(
    ("executor", "message"),
    [
        (LiesAboutChildren, "variables stand there before the stage's module is imported"),
        (RunsNothing, "holds nothing under the key"),
        (Silent, "events started and finished"),
        (SharesTheGpu, "FileExistsError.*at work"),
        (SwallowsErrors, "holds nothing under the key"),
    ],
)
def test_a_broken_executor_is_found(executor: type[Executor], message: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=message):
        check_executor(executor, tmp_path)
