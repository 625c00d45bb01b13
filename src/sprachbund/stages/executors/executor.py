"""The executor interface: who runs the stages; and the table of executors.

The contract that every executor keeps is executable: `sprachbund.testing.check_executor`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from sprachbund.core.registry import Registry
from sprachbund.stages.events import Emit
from sprachbund.stages.executors.schedule import Schedule
from sprachbund.stages.store import Store


class Executor(ABC):
    """Runs the stages of a schedule with `perform.perform`, wherever it likes."""

    in_children: ClassVar[bool]
    """True if stages run in other processes: `Resources.environment` is then set before these start, and a stage
    whose process dies fails alone."""

    @abstractmethod
    def execute(self, schedule: Schedule, store: Store, emit: Emit) -> None:
        """Run what is ready until nothing is ready or running; tell the schedule what became of each stage.

        Args:
            schedule: `ready()`, then `start`, then `finish` or `fail` for each stage.
            store: where the outputs go; other processes open their own `Store` on the same root.
            emit: gets all events of all stages, called in the calling thread only.

        Raises:
            KeyboardInterrupt: Ctrl-C; by then every stage has had the chance to write a checkpoint, and
                none is running any more.
        """


EXECUTORS = Registry(
    "executor",
    "sprachbund.executors",
    {
        "auto": "sprachbund.stages.executors.automatic:AutomaticExecutor",
        "inline": "sprachbund.stages.executors.inline:InlineExecutor",
        "processes": "sprachbund.stages.executors.processes:ProcessExecutor",
    },
)
