"""In this process, one stage after another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import ClassVar

from sprachbund.core.errors import SprachbundError
from sprachbund.stages.environment import usable_cpus
from sprachbund.stages.events import Emit, Progress
from sprachbund.stages.executors.executor import Executor
from sprachbund.stages.executors.schedule import Schedule
from sprachbund.stages.perform import perform
from sprachbund.stages.store import Store


class InlineExecutor(Executor):
    """Runs stages here, elastic ones on all cores. Variables that a stage wants in its environment are not set,
    since libraries may be loaded already: a note names those that are missing, once."""

    in_children: ClassVar[bool] = False

    def execute(self, schedule: Schedule, store: Store, emit: Emit) -> None:
        """See `Executor.execute`."""
        told: set[str] = set()
        while ready := schedule.ready():
            assignment = ready[0]
            if assignment.resources.elastic:
                assignment = assignment.with_cpus(max(assignment.resources.cpus, usable_cpus()))
            schedule.start(assignment)
            missing = missing_variables(assignment.resources.environment)
            if not told.issuperset(missing):
                told.update(missing)
                note = f"set before Python starts, these bound its memory or threads: {' '.join(missing)}"
                emit(Progress(assignment.key, assignment.label, 0, 0, "", note=note))
            try:
                schedule.finish(perform(assignment, store, emit))
            except SprachbundError as error:
                schedule.fail(error)


def missing_variables(wanted: Mapping[str, str]) -> list[str]:
    """NAME=VALUE of the variables that this process does not have in its environment."""
    return [f"{name}={value}" for name, value in wanted.items() if name not in os.environ]
