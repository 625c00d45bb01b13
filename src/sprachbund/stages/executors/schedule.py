"""Which stage may start now; kept by an executor while it works."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sprachbund.core.errors import SprachbundError
from sprachbund.stages.assignment import Assignment
from sprachbund.stages.perform import Outcome


class Schedule:
    """Stages to run, their order, and what became of them.

    Args:
        runs: inputs before whatever needs them; inputs that are not among them are in the store.
        keep_going: after a failure, go on with whatever does not need the failed stage; else start nothing more.
        may_start: says whether a stage, by its key, may start now; asked again and again. None: all may.

    Attributes:
        outcomes: of stages that are done, in the order in which they finished.
        errors: of stages that failed, in the order in which they failed.
    """

    def __init__(
        self, runs: Sequence[Assignment], *, keep_going: bool = False, may_start: Callable[[str], bool] | None = None
    ) -> None:
        keys = {assignment.key for assignment in runs}
        self._waiting = {assignment.key: assignment for assignment in runs}
        self._missing = {one.key: {key for key in one.needs if key in keys} for one in runs}
        self._keep_going, self._may_start = keep_going, may_start
        self.outcomes: list[Outcome] = []
        self.errors: list[SprachbundError] = []

    def ready(self) -> list[Assignment]:
        """Return the stages that may start now, in order. Empty and nothing running: the work is over.

        Elastic stages come last: they are the long ones, and faults of the data that the short ones find
        (a broken file in one of fifty languages) are then told before an hour of training, not after.
        """
        if self.errors and not self._keep_going:
            return []
        ready = [one for one in self._waiting.values()
                 if not self._missing[one.key] and (self._may_start is None or self._may_start(one.key))]
        return sorted(ready, key=lambda one: one.resources.elastic)

    @property
    def waiting(self) -> list[Assignment]:
        """The stages that were not started, in order."""
        return list(self._waiting.values())

    def start(self, assignment: Assignment) -> None:
        """Note that a stage was started."""
        del self._waiting[assignment.key]

    def finish(self, outcome: Outcome) -> None:
        """Note that a stage is in the store; stages that waited for it become ready."""
        self.outcomes.append(outcome)
        for missing in self._missing.values():
            missing.discard(outcome.key)

    def fail(self, error: SprachbundError) -> None:
        """Note that a stage failed; whatever needs it never becomes ready."""
        self.errors.append(error)
