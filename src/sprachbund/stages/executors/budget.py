"""How cores and memory of a machine are shared out among stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.stages.assignment import Assignment
from sprachbund.stages.environment import physical_memory_gib, usable_cpus


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be in use at once.

    Elastic stages share the cores evenly: where there are at least as many of them as cores, each gets one and
    they run side by side, since threads of one training wait for each other and trainings do not: on two cores two
    trainings side by side are 1.3 times as fast as one after the other, their start included (`benchmarks sweep`).

    Args:
        cpus: cores.
        memory_gib: memory, gibibytes; None: not known, and not counted.
        workers: most stages at once; None: as many as cores and memory allow.
    """

    cpus: float
    memory_gib: float | None = None
    workers: int | None = None

    @classmethod
    def of_machine(cls) -> Budget:
        """The cores this process may use, and the machine's memory where it is known."""
        return cls(usable_cpus(), physical_memory_gib())

    def admit(
        self, candidate: Assignment, ready: Sequence[Assignment], running: Sequence[Assignment]
    ) -> Assignment | None:
        """Return a ready stage with the cores it gets if it may start now, else None.

        A stage that asks for more than there is runs alone. An elastic one waits until its share is free
        (while the last short stages run): it keeps for all its time what it starts with.

        Args:
            candidate: one of the ready stages.
            ready: all that may start.
            running: what runs, as admitted.
        """
        if candidate.resources.elastic:
            rivals = [one for one in (*running, *ready) if one.resources.elastic]
            candidate = candidate.with_cpus(max(candidate.resources.cpus, self.share(rivals)))
        if not running or self._fits([*running, candidate]):
            return candidate
        return None

    def share(self, elastic: Sequence[Assignment]) -> int:
        """Cores for each of some elastic stages."""
        return max(1, int(self.cpus // max(1, self.side_by_side(elastic))))

    def side_by_side(self, stages: Sequence[Assignment]) -> int:
        """How many of some stages, the first ones, can run at the same time, elastic ones on their fewest cores."""
        count = 0
        while count < len(stages) and (count == 0 or self._fits(stages[: count + 1])):
            count += 1
        return count

    def _fits(self, stages: Sequence[Assignment]) -> bool:
        wanted = [one.resources for one in stages]
        return (
            (self.workers is None or len(wanted) <= self.workers)
            and sum(one.gpu for one in wanted) <= 1
            and sum(one.cpus for one in wanted) <= self.cpus
            and (self.memory_gib is None or sum(one.memory_gib for one in wanted) <= self.memory_gib)
        )
