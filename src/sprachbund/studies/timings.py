"""How long cells took, kept beside their rows: by it the rest of a sweep is estimated, on this machine or another."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sprachbund.core.errors import SprachbundError
from sprachbund.core.files import storage_faults_told
from sprachbund.stages.environment import environment
from sprachbund.stages.store import Store
from sprachbund.studies.sweep_plan import PlannedCell, Role

TIMINGS = "timings.jsonl"
"""A line a computed cell."""
_MEASURED: tuple[Role, ...] = ("train", "predict dev", "predict", "probe")
_FOR_ROWS = _MEASURED[:3]


@dataclass(frozen=True, slots=True)
class Timing:
    """What one cell took.

    Args:
        task: name of the task.
        processor: where.
        seconds: by role of the stage.
    """

    task: str
    processor: str
    seconds: Mapping[Role, float]


def measure(planned: PlannedCell, store: Store, roles: Iterable[Role] = _FOR_ROWS) -> Timing:
    """Read what stages of a cell took from the store; default: those that its rows need."""
    seconds: dict[Role, float] = {}
    for role in roles:
        with suppress(KeyError, SprachbundError):  # a tuning cell has no targets; or gone, as scores were stored before
            seconds[role] = round(store.manifest(planned.keys[role]).seconds, 2)
    return Timing(planned.cell.task.label, processor(), seconds)


def append(path: Path, planned: PlannedCell, timing: Timing) -> None:
    """Add a line to a file of timings.

    Raises:
        StorageError: no space, no permission.
    """
    line: dict[str, str | float] = {"cell": planned.cell.label, "task": timing.task, "processor": timing.processor}
    line |= {str(role): seconds for role, seconds in timing.seconds.items()}
    with storage_faults_told(path), path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def read_timings(path: Path) -> list[Timing]:
    """Read a file of timings; a line that a kill cut short is left out."""
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            values: dict[str, Any] = json.loads(line)
            seconds: dict[Role, float] = {role: float(values[role]) for role in _MEASURED if role in values}
            found.append(Timing(str(values["task"]), str(values["processor"]), seconds))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def estimate(
    cells: Iterable[PlannedCell], timings: Iterable[Timing], store: Store,
    spared: Mapping[PlannedCell, Collection[Role]],
) -> tuple[float, int]:
    """Estimate what cells will take, one after the other, from cells of the same task; probes of other tasks will do.

    Those of this machine count where there are some, else all.

    Args:
        cells: what will run.
        timings: of cells that ran.
        store: stages whose output it holds take no time.
        spared: what some of them need not do: what they are for is there already.

    Returns:
        Seconds, and for how many of the cells there is nothing to go by, or nothing for their probes; they are not in
        the sum.
    """
    known = list(timings)
    here = [timing for timing in known if timing.processor == processor()] or known
    any_probe = _usual(here, "probe")
    total, unknown = 0.0, 0
    for planned in cells:
        alike = [timing for timing in here if timing.task == planned.cell.task.label]
        roles = [role for role in _MEASURED if role in planned.keys and role not in spared.get(planned, ())]
        usual = {role: _usual(alike, role) for role in _MEASURED}
        usual["probe"] = any_probe if usual["probe"] is None else usual["probe"]
        if usual["train"] is None or ("probe" in roles and usual["probe"] is None):
            unknown += 1
            continue
        total += sum(usual[role] or 0.0 for role in roles if not store.has(planned.keys[role]))
    return total, unknown


def _usual(timings: Iterable[Timing], role: Role) -> float | None:
    measured = [timing.seconds[role] for timing in timings if role in timing.seconds]
    return median(measured) if measured else None  # a machine that slept or was busy does not count


def processor() -> str:
    """What timings are kept apart by: the GPU, else the processor."""
    facts = environment()
    return facts.get("gpus", facts["processor"])
