"""From target stages to an order of work: equal keys fall together, and what nobody needs is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sprachbund.core.errors import StageError
from sprachbund.stages.assignment import Assignment, assign
from sprachbund.stages.keys import Keys, name
from sprachbund.stages.stage import Stage


@dataclass(frozen=True, slots=True)
class Graph:
    """All stages behind some targets.

    Args:
        assignments: key -> stage, inputs before whatever needs them, otherwise in the order in which the
            targets name them. Of several stages with one key the first one's label and settings count.
        targets: keys of the targets, in the order given.
    """

    assignments: Mapping[str, Assignment]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done.

    Args:
        hits: stages whose stored output is needed: targets, and inputs of stages that run.
        runs: stages to run, inputs before whatever needs them.
    """

    hits: tuple[Assignment, ...]
    runs: tuple[Assignment, ...]


def build_graph(targets: Sequence[Stage]) -> Graph:
    """Collect the targets and everything they need.

    Raises:
        StageError: stages need each other in a ring (named), or a kind is no word.
        TypeError: a value of a stage's config or settings is not JSON.
    """
    keys = Keys()
    found: dict[str, Assignment] = {}
    begun: set[str] = set()
    waiting: list[tuple[Stage, bool]] = [(stage, False) for stage in reversed(targets)]
    while waiting:
        stage, inputs_found = waiting.pop()
        key = keys.key(stage)
        if key in found:
            continue
        if inputs_found:
            found[key] = assign(stage, keys)
        elif key in begun:  # depth first: what was begun and is not found waits for this
            raise StageError(f"the stage {name(stage)!r} has to wait for itself", stage=name(stage))
        else:
            begun.add(key)
            waiting.append((stage, True))
            needed = (*stage.inputs.values(), *stage.after)
            waiting.extend((source, False) for source in reversed(needed))
    return Graph(found, tuple(keys.key(stage) for stage in targets))


def plan_work(graph: Graph, is_stored: Callable[[str], bool]) -> Plan:
    """Say which stages have to run: targets that are not stored, and what these need and is not stored.

    A stage whose output is needed only by stored stages is neither run nor asked for.

    Args:
        graph: from `build_graph`.
        is_stored: says whether the output of a key can be used; asked once for every stage that is needed.
    """
    hits, runs = set(), set()
    needed = list(graph.targets)
    while needed:
        key = needed.pop()
        if key in hits or key in runs:
            continue
        if is_stored(key):
            hits.add(key)
        else:
            runs.add(key)
            needed.extend(graph.assignments[key].needs)
    ordered = graph.assignments.values()
    return Plan(
        tuple(one for one in ordered if one.key in hits),
        tuple(one for one in ordered if one.key in runs),
    )
