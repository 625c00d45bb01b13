"""An assignment: a stage as it is handed to whoever runs it, flat and made of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sprachbund.core.canonical import Json, plain
from sprachbund.stages.keys import Keys, name
from sprachbund.stages.stage import Resources, Stage


@dataclass(frozen=True, slots=True)
class Assignment:
    """A stage to run; inputs stand as keys into the store, so that it can be sent to another process.

    Args:
        key: the stage's key.
        identity: the JSON behind the key (`keys.explain`), kept in the manifest.
        label: what people call it, never empty.
        function: "module:function".
        config, settings: as in `Stage`, plain dictionaries.
        inputs: name -> key of the stage whose output is needed.
        resources: as in `Stage`.
        after: keys of stages that must be done first, beside the inputs.
    """

    key: str
    kind: str
    identity: Mapping[str, Json]
    label: str
    function: str
    config: Mapping[str, Json]
    settings: Mapping[str, Json]
    inputs: Mapping[str, str]
    resources: Resources
    after: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of all stages that must be done before this one starts."""
        return (*self.inputs.values(), *self.after)

    @property
    def cpus(self) -> int:
        """Cores as a number of threads."""
        return max(1, int(self.resources.cpus))

    def with_cpus(self, cpus: float) -> Assignment:
        """The same, with so many cores."""
        return replace(self, resources=replace(self.resources, cpus=cpus))


def assign(stage: Stage, keys: Keys) -> Assignment:
    """Turn a stage into an assignment.

    Raises:
        StageError: as `keys.stage_key`.
        TypeError: a value of config or settings is not JSON.
    """
    return Assignment(
        key=keys.key(stage),
        kind=stage.kind,
        identity=keys.explain(stage),
        label=name(stage),
        function=stage.function,
        config=_plain(stage.config),
        settings=_plain(stage.settings),
        inputs={role: keys.key(source) for role, source in stage.inputs.items()},
        resources=replace(stage.resources, environment=dict(stage.resources.environment)),
        after=tuple(map(keys.key, stage.after)),
    )


def _plain(values: Mapping[str, Json]) -> dict[str, Json]:
    return {key: plain(item) for key, item in values.items()}
