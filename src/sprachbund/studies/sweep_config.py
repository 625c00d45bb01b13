"""The config of a sweep: tasks x aggregators x layers x seeds, and what every system may be tuned over."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import product
from math import inf
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BeforeValidator, Field, SerializeAsAny, model_validator

from sprachbund.core.canonical import Json
from sprachbund.core.config import Config, is_neutral, neutral, validate
from sprachbund.core.errors import join_or
from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.pipeline.config import ScoringConfig, Seed, Seeds, TransferConfig, listed
from sprachbund.pipeline.probe_config import Measure, ProbeSettings
from sprachbund.training.config import TrainingConfig

Point = tuple[tuple[str, Json], ...]
"""Settings of a system: (dotted name, value); empty for the task entry's own."""

_TRAINING = "training."
_DATA = {*ScoringConfig.model_fields, "adapt", "test_data", "encoder", "training", "train_limit"}
TUNABLE = (
    *(_TRAINING + name for name, info in TrainingConfig.model_fields.items()
      if not is_neutral(info) and name != "max_pieces"),  # it would change the dev data
    *(name for name in TransferConfig.model_fields if name not in _DATA),
)
"""Settings that may stand in a grid: how a system is trained, never what it is trained or scored on."""


class SweepTask(TransferConfig):
    """One task of a sweep: the settings of a run without systems and seeds."""

    note: str = neutral("")
    """A sentence that every table repeats ("stand-in training set")."""


class TuningConfig(Config):
    """A small grid that every system gets alike, the baseline first; chosen on source-language dev."""

    grid: dict[str, Annotated[tuple[Any, ...], BeforeValidator(listed), Field(min_length=1)]] = Field(min_length=1)
    """Dotted setting -> values (`training.head_learning_rate: [1e-3, 5e-3]`). Of equally good ones the first is
    taken."""
    search: Literal["grid", "coordinate"] = "grid"
    """grid: every combination is tried. coordinate: one setting after the other, in the order given, with the best
    values of those before it and the first of those after it: five settings of two values are 6 trainings, not 32."""
    seeds: Annotated[tuple[Seed, ...], BeforeValidator(listed)] = ()
    """Seeds whose dev scores are averaged; none: the first of the sweep's."""
    by: Literal["system", "aggregator"] = "system"
    """system: each is tuned by itself. aggregator: the grid is tried on one of an aggregator's layers, the middle one
    as they are listed, and all its layers take the settings chosen there: layers then differ in nothing else."""

    def points(
        self, scores: Mapping[Point, float], *, fixed: Collection[str] = (), ahead: bool = False
    ) -> tuple[tuple[Point, ...], bool]:
        """The points to be tried, as far as they are known.

        Args:
            scores: mean dev scores of points that were tried.
            fixed: settings that change nothing for this system; they keep their first value.
            ahead: go on where scores are missing, as if the first value were the best: how many there will be.

        Returns:
            The points, those of the first values first, and whether these are all.
        """
        grid = {name: values[:1] if name in fixed else values for name, values in self.grid.items()}
        if self.search == "grid":
            return tuple(tuple(zip(grid, values, strict=True)) for values in product(*grid.values())), True
        best = {name: values[0] for name, values in grid.items()}
        found = [tuple(best.items())]
        for name, values in grid.items():
            step: list[Point] = [tuple({**best, name: value}.items()) for value in values]
            found += step[1:]
            if not ahead and not all(point in scores for point in step):
                return tuple(found), False
            first_best: Point = max(step, key=lambda point: scores.get(point, -inf))
            best = dict(first_best)
        return tuple(found), True


class SweepProbe(ProbeSettings):
    """What is measured inside the models of a sweep, before they are let go: what claims on features and gates need.

    The source language, the data folder, what a model is scored on and the number format are those of its task.
    """

    measures: Annotated[tuple[Measure, ...] | None, BeforeValidator(listed)] = Field(
        ("retrieval", "pos", "removal", "gates"), min_length=1)
    """What is measured; null: all that the data at hand allow."""
    states: Literal["fused", "all"] = "fused"
    """fused: the state that the head reads. all: every layer below it too: as many times the work and the numbers."""
    tasks: Annotated[tuple[str, ...] | None, BeforeValidator(listed)] = Field(None, min_length=1)
    """Names of tasks; None: all."""
    systems: Annotated[tuple[str, ...] | None, BeforeValidator(listed)] = Field(None, min_length=1)
    """Labels of systems ("DLFA (k=7, literal)"); None: all."""
    seeds: Annotated[tuple[Seed, ...] | None, BeforeValidator(listed)] = Field(None, min_length=1)
    """Those of the sweep's seeds whose models are probed; None: all."""

    def told(self) -> dict[str, str]:
        """What is measured and on what, for readers of a probe."""
        values = self.model_dump(mode="json", include=set(ProbeSettings.model_fields), exclude_defaults=False)
        return {name: ", ".join(value) if isinstance(value, list) else str(value)
                for name, value in values.items() if value is not None and not isinstance(value, dict)}

    def asks(self, task: str, system: str, seed: int) -> bool:
        """Whether the model of a cell is probed."""
        wanted = ((self.tasks, task), (self.systems, system), (self.seeds, seed))
        return all(chosen is None or one in chosen for chosen, one in wanted)


class SweepConfig(Config):
    """Everything that decides the result of a sweep. The first aggregator is the baseline."""

    name: str = Field(min_length=1)
    """Name of the sweep, of its folder too."""
    title: str = neutral("")
    """Heading of the report; "" gives the name."""
    common: dict[str, Any] = neutral({})
    """Settings of every task, which a task's own replace; `tasks` holds them already."""
    tasks: tuple[SweepTask, ...] = Field(min_length=1)
    aggregators: tuple[SerializeAsAny[FusionConfig], ...] = Field(min_length=1)
    """Fusions; where an option that takes one value is given a list (`layer: [1, 3, 5]`), each becomes a system."""
    seeds: Seeds = (1, 2, 3)
    tuning: TuningConfig | None = None
    """None: every system is trained with its task's own settings."""
    probe: SweepProbe | None = None
    """None: no model is probed."""

    @model_validator(mode="after")
    def _distinct_names(self) -> SweepConfig:
        for names, field in ((self.task_names, "tasks"), (self.systems, "aggregators")):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"the same name stands twice under {field}: {join_or(twice)}")
        return self

    @property
    def task_names(self) -> tuple[str, ...]:
        """Names of the tasks in order."""
        return tuple(task.label for task in self.tasks)

    @property
    def systems(self) -> tuple[str, ...]:
        """Labels of the systems in order, the baseline first."""
        return tuple(fusion.label() for fusion in self.aggregators)

    @property
    def tuning_seeds(self) -> tuple[int, ...]:
        """The seeds of tuning cells."""
        return (self.tuning.seeds or self.seeds[:1]) if self.tuning else ()


def with_settings(task: SweepTask, point: Point) -> SweepTask:
    """A task with some of its settings replaced.

    Raises:
        ConfigError: values that do not go together.
    """
    if not point:
        return task
    values = task.model_dump()
    for name, value in point:
        group, key = (values["training"], name.removeprefix(_TRAINING)) if _in_training(name) else (values, name)
        group[key] = value
    return validate(values, SweepTask, f"the tuning of {task.label}")


def setting(task: TransferConfig, name: str) -> Json:
    """The value that a task has for a dotted setting."""
    value: Json = getattr(task.training, name.removeprefix(_TRAINING)) if _in_training(name) else getattr(task, name)
    return value


def checked_value(task: SweepTask, name: str, value: Any, source: str) -> Json:
    """A value of a grid as the config that it belongs to reads it, beside a task's other settings.

    Raises:
        ConfigError: not such a value.
    """
    if _in_training(name):
        key = name.removeprefix(_TRAINING)
        read: Json = getattr(validate({**task.training.model_dump(), key: value}, TrainingConfig, source), key)
        return read
    return setting(validate({**task.model_dump(), name: value}, SweepTask, source), name)


def settings_in_words(task: SweepTask, point: Point) -> str:
    """What differs from the task's own settings: "head learning rate 0.005, epochs 3"; "" where nothing does."""
    changed = [(name, value) for name, value in point if value != setting(task, name)]
    return ", ".join(f"{name.removeprefix(_TRAINING).replace('_', ' ')} {_value(value)}" for name, value in changed)


def _value(value: Json) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "on", False: "off", None: "default"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _in_training(name: str) -> bool:
    return name.startswith(_TRAINING)


def merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a task over those of all tasks; groups such as `training` are merged key by key."""
    result = dict(common)
    for name, value in own.items():
        below = result.get(name)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[name] = {**below, **value} if both else value  # type: ignore[dict-item]
    return result


def axes(options: Mapping[str, Any], config_class: type[FusionConfig]) -> dict[str, Sequence[Any]]:
    """Options with a list of values where the fusion takes one: each value makes a system of its own."""
    fields = config_class.model_fields
    return {
        name: value for name, value in options.items()
        if isinstance(value, list | tuple) and name in fields and not _takes_list(fields[name].annotation)
    }


def _takes_list(annotation: Any) -> bool:
    return get_origin(annotation) in (tuple, list, Sequence) or any(map(_takes_list, get_args(annotation)))
