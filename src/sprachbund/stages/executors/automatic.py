"""Child processes where they pay, else this process."""

from __future__ import annotations

from typing import ClassVar

from sprachbund.stages.assignment import Assignment
from sprachbund.stages.events import Emit
from sprachbund.stages.executors.budget import Budget
from sprachbund.stages.executors.executor import Executor
from sprachbund.stages.executors.inline import InlineExecutor, missing_variables
from sprachbund.stages.executors.processes import ProcessExecutor
from sprachbund.stages.executors.schedule import Schedule
from sprachbund.stages.store import Store


class AutomaticExecutor(Executor):
    """Chooses when it knows what is left to do.

    Stages go to child processes if at least two heavy ones can run side by side (trainings of a sweep; cores and
    memory decide), or if one wants a variable that this process does not have in its environment. A single
    training stays here, which saves a process that imports everything once more.
    """

    in_children: ClassVar[bool] = False

    def execute(self, schedule: Schedule, store: Store, emit: Emit) -> None:
        """See `Executor.execute`."""
        self.choose(schedule.waiting).execute(schedule, store, emit)

    def choose(self, waiting: list[Assignment], budget: Budget | None = None) -> Executor:
        """The executor for some stages; `budget` stands for this machine's."""
        heavy = [one for one in waiting if one.resources.environment]
        missing = any(missing_variables(one.resources.environment) for one in heavy)
        together = (budget or Budget.of_machine()).side_by_side(_first(heavy, waiting))
        return ProcessExecutor() if missing or together > 1 else InlineExecutor()


def _first(heavy: list[Assignment], waiting: list[Assignment]) -> list[Assignment]:
    """Those heavy stages that need no other heavy one: they can run at the same time."""
    behind = {one.key for one in heavy}
    for one in waiting:  # inputs come before whatever needs them
        if behind.intersection(one.needs):
            behind.add(one.key)
    return [one for one in heavy if not behind.intersection(one.needs)]
