"""Keys: what a stage is, as canonical JSON and its sha256; why a key is what it is, and how two differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sprachbund.core.canonical import Json, digest, plain
from sprachbund.core.errors import StageError
from sprachbund.stages.stage import Stage

ABSENT: Final = "(absent)"
"""Stands in a `Difference` for a value that one side does not have."""

_KIND = re.compile(r"[a-z][a-z0-9_]*(-[a-z0-9_]+)*")


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two explained keys differ.

    Args:
        path: dotted, from the top of the explanation ("config.training.epochs").
        before: the value in the first, or `ABSENT`.
        after: the value in the second, or `ABSENT`.
    """

    path: str
    before: Json
    after: Json


class Keys:
    """Computes keys and remembers them by object, so that shared inputs of a graph are hashed once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Stage, str]] = {}  # keeps the stage: an id is free again once its object is gone
        self._open: list[Stage] = []

    def key(self, stage: Stage) -> str:
        """Return the key of a stage, see `stage_key`."""
        known = self._known.get(id(stage))
        if known is None:
            known = self._known[id(stage)] = (stage, digest(self.explain(stage)))
        return known[1]

    def explain(self, stage: Stage) -> dict[str, Json]:
        """Return the JSON behind the key, see `explain`."""
        if any(stage is other for other in self._open):
            ring = " → ".join(name(other) for other in [*self._open, stage])
            raise StageError(f"stages need each other's output in a ring: {ring}", stage=name(stage))
        if not _KIND.fullmatch(stage.kind):
            what = f"{stage.kind!r} cannot be the kind of a stage: lower-case letters, digits, `-` and `_` are expected"
            raise StageError(what, stage=name(stage))
        self._open.append(stage)
        try:
            return {
                "kind": stage.kind,
                "version": stage.version,
                "config": plain(stage.config),
                "inputs": {role: self.key(source) for role, source in stage.inputs.items()},
                "files": plain(stage.files),
                "extensions": [*sorted(stage.extensions)],
            }
        finally:
            self._open.pop()


def stage_key(stage: Stage) -> str:
    """Return a stage's key, 64 hexadecimal digits: the sha256 of the canonical JSON that `explain` returns.

    Raises:
        StageError: the kind is no word, or stages need each other's output in a ring.
        TypeError: a value of the config has no canonical form.
    """
    return Keys().key(stage)


def explain(stage: Stage) -> dict[str, Json]:
    """Return all that a stage's identity consists of; label, settings, function address and resources are not in it."""
    return Keys().explain(stage)


def name(stage: Stage) -> str:
    """Return what messages call a stage: its label, else its kind."""
    return stage.label or stage.kind


def difference(a: Mapping[str, Json], b: Mapping[str, Json]) -> list[Difference]:
    """Return where two explained keys differ, in the order of the paths.

    >>> difference({"config": {"epochs": 1}}, {"config": {"epochs": 2, "seed": 3}})
    [Difference(path='config.epochs', before=1, after=2), Difference(path='config.seed', before='(absent)', after=3)]
    """
    left, right = dict(_flat(dict(a), "")), dict(_flat(dict(b), ""))
    paths = [path for path in sorted({*left, *right}) if left.get(path, ABSENT) != right.get(path, ABSENT)]
    return [Difference(path, left.get(path, ABSENT), right.get(path, ABSENT)) for path in paths]


def _flat(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _flat(item, f"{path}.{index}")
    else:
        yield path, value
