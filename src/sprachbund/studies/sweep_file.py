"""A sweep read from YAML or plain values: every fault at once, with its line and near matches."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from sprachbund.core.config import locate, read_yaml, validate
from sprachbund.core.errors import ConfigError, DataError, Fault, ModelError, RegistryError, join_or, near_matches
from sprachbund.core.source import Location
from sprachbund.models.encoders.opening import encoder_info
from sprachbund.models.fusion.fusion import FUSIONS, FusionConfig, fusion_config
from sprachbund.pipeline.config import as_fault, listed, scoring_config
from sprachbund.studies.sweep_config import TUNABLE, SweepConfig, SweepTask, axes, checked_value, merged

SHIPPED = ("paper", "mechanism", "aggregators", "smoke")
"""Sweeps that come with the package."""
_Placed = list[tuple[int, FusionConfig]]
"""Fusions, each with the number of the entry under `aggregators` that it comes from."""


def find_sweep(name: Path | str) -> Path:
    """The file of a sweep: a path, or the name of one that comes with the package.

    Raises:
        DataError: neither.
    """
    shipped = Path(str(files("sprachbund.studies"))) / "shipped" / f"{name}.yaml"
    if Path(name).exists():
        return Path(name)
    if name not in SHIPPED:
        raise DataError("there is no such file", where=Location(str(name)),
                        remedy=f"check the path, or name a sweep that is shipped: {join_or(SHIPPED)}")
    return shipped


def read_sweep(path: Path | str, overrides: Mapping[str, Any] | None = None) -> SweepConfig:
    """Read a sweep from YAML; `overrides` replace top-level keys.

    Raises:
        DataError: not readable as YAML.
        ConfigError: every fault at once, with line and near matches.
        ModelError: an encoder that is not there.
    """
    values = read_yaml(path)
    values.update(overrides or {})
    return sweep_config(values, str(path))


def sweep_config(values: Mapping[str, Any], source: str = "the sweep") -> SweepConfig:
    """Build a sweep from plain values and check its layers against the encoders; raises as `read_sweep` does."""
    faults: list[Fault] = []
    tasks = _tasks(values, source, faults)
    fusions = _fusions(values, source, faults)
    tuning = _tuning(values, tasks[:1], source, faults)
    read: Mapping[str, Any] = values.copy() if hasattr(values, "copy") else dict(values)  # keeps the line numbers
    parts = {"tasks": tasks, "aggregators": [fusion for _, fusion in fusions], "tuning": tuning}
    for name, part in parts.items():
        if name in read:
            read[name] = part  # type: ignore[index]
    try:
        config = validate(read, SweepConfig, source)
    except ConfigError as error:
        told = {name for name in parts if any(fault.field.partition(".")[0] == name for fault in faults)}
        faults += [fault for fault in error.faults if fault.field.partition(".")[0] not in told]
    if not faults:
        faults = [*_layer_faults(config, fusions, values, source), *_probe_faults(config, values, source)]
    if faults:
        raise ConfigError(sorted(faults, key=_line), source)
    return config


def _line(fault: Fault) -> int:
    return (fault.where.line if fault.where else None) or 0


def _entries(values: Mapping[str, Any], name: str, source: str, faults: list[Fault]) -> list[Any]:
    items = listed(values.get(name))
    if items is None or isinstance(values.get(name), str | Mapping):
        if name in values:
            faults.append(Fault(name, "a list is expected", locate(values, (name,), source)))
        return []
    return list(items)


def _tasks(values: Mapping[str, Any], source: str, faults: list[Fault]) -> list[SweepTask]:
    common = values.get("common") or {}
    if not isinstance(common, Mapping):
        faults.append(Fault("common", "expected `key: value` lines", locate(values, ("common",), source)))
        return []
    tasks = []
    for number, entry in enumerate(_entries(values, "tasks", source, faults)):
        field = f"tasks.{number}"
        if isinstance(entry, SweepTask):
            tasks.append(entry)
            continue
        if not isinstance(entry, Mapping):
            where = locate(values, ("tasks", number), source)
            faults.append(Fault(field, f"expected the settings of a task, got {entry!r}", where))
            continue
        try:
            tasks.append(scoring_config(_with_lines(common, entry), SweepTask, source))
        except ConfigError as error:
            faults += [_below(field, fault, locate(values, ("tasks", number), source)) for fault in error.faults]
    return tasks


def _with_lines(common: Mapping[str, Any], own: Mapping[str, Any]) -> CommentedMap:
    """A task's settings over those of all tasks; a key keeps the line where it stands."""
    result = CommentedMap(merged(common, own))
    for part in (common, own):
        if isinstance(part, CommentedMap):
            for key, place in (part.lc.data or {}).items():
                result.lc.add_kv_line_col(key, place)
    return result


def _below(field: str, fault: Fault, where: Location | None) -> Fault:
    known = fault.where if fault.where and fault.where.line else where
    return Fault(f"{field}.{fault.field}", fault.what, known, fault.suggestions)


def _fusions(values: Mapping[str, Any], source: str, faults: list[Fault]) -> _Placed:
    found: _Placed = []
    for number, item in enumerate(_entries(values, "aggregators", source, faults)):
        field, where = f"aggregators.{number}", locate(values, ("aggregators", number), source)
        if isinstance(item, FusionConfig):
            found.append((number, item))
        elif isinstance(item, str | Mapping):
            options = {"type": item} if isinstance(item, str) else item
            try:
                found += [(number, fusion) for fusion in _expanded(options, field, source, where, faults)]
            except RegistryError as error:
                faults.append(as_fault(f"{field}.type", error, where))
        else:
            faults.append(Fault(field, f"expected a name or options, got {item!r}", where))
    return found


def _expanded(
    options: Mapping[str, Any], field: str, source: str, where: Location | None, faults: list[Fault]
) -> list[FusionConfig]:
    """One fusion for each combination of values on the axes of an entry."""
    config_class = FUSIONS.load(str(options.get("type", ""))).value.config_class
    varied = axes(options, config_class)
    for name, several in varied.items():
        line = locate(options, (name,), source) or where
        twice = sorted({repr(value) for value in several if list(several).count(value) > 1})
        if twice or not several:
            what = f"{', '.join(twice)} stands twice in {list(several)}" if twice else "the list is empty"
            faults.append(Fault(f"{field}.{name}", what, line))
            return []
    configs: list[FusionConfig] = []
    told: set[str] = set()
    for values in product(*varied.values()):
        one = options.copy() if hasattr(options, "copy") else dict(options)
        one.update(zip(varied, values, strict=True))
        try:
            configs.append(fusion_config(one, source))
        except ConfigError as error:
            new = [_below(field, fault, where) for fault in error.faults if str(fault) not in told]
            told |= {str(fault) for fault in error.faults}
            faults += new
    return configs


def _tuning(values: Mapping[str, Any], tasks: list[SweepTask], source: str, faults: list[Fault]) -> Any:
    """The tuning as given, its grid's values as the settings of a task read them."""
    tuning = values.get("tuning")
    grid = tuning.get("grid") if isinstance(tuning, Mapping) else None
    if not isinstance(grid, Mapping) or not tasks:
        return tuning
    checked: dict[str, list[Any]] = {}
    for name, several in grid.items():
        field, where = f"tuning.grid.{name}", locate(values, ("tuning", "grid", name), source)
        if name not in TUNABLE:
            near = near_matches(name, TUNABLE) or tuple(each for each in TUNABLE if each.endswith(f".{name}"))
            what = "cannot be tuned: a setting of how a system is trained is expected"
            faults.append(Fault(field, what, where, near))
            continue
        for value in listed(several):
            try:
                checked.setdefault(name, []).append(checked_value(tasks[0], name, value, source))
            except ConfigError as error:
                faults += [Fault(field, fault.what, where, fault.suggestions) for fault in error.faults]
    return {**tuning, "grid": checked}  # type: ignore[dict-item]


def _probe_faults(config: SweepConfig, values: Mapping[str, Any], source: str) -> list[Fault]:
    """Tasks and systems to be probed that the sweep does not have."""
    if config.probe is None:
        return []
    faults = []
    known = (("tasks", config.probe.tasks, config.task_names), ("systems", config.probe.systems, config.systems))
    for name, wanted, there in known:
        for place, one in enumerate(wanted or ()):
            if one not in there:
                where = locate(values, ("probe", name, place), source)
                what = f"the sweep has no {name.removesuffix('s')} named {one!r}; it has: {', '.join(there)}"
                faults.append(Fault(f"probe.{name}.{place}", what, where, near_matches(one, there)))
    return faults


def _layer_faults(config: SweepConfig, fusions: _Placed, values: Mapping[str, Any], source: str) -> list[Fault]:
    """Layers that an encoder does not have, each told once however many tasks share the encoder."""
    faults: dict[str, Fault] = {}
    for number, task in enumerate(config.tasks):
        info = encoder_info(task.encoder)
        if info.n_layers < 2:
            what = f"{info.name} has one layer: a sweep over layers needs an encoder with at least two"
            where = locate(values, ("tasks", number, "encoder"), source)
            faults.setdefault(what, Fault(f"tasks.{number}.encoder", what, where))
            continue
        for entry, fusion in fusions:
            try:
                fusion.layers(info.n_layers)
            except ModelError as error:
                what = f"{fusion.label()}: {error.what} ({error.remedy})"
                where = locate(values, ("aggregators", entry), source)
                faults.setdefault(what, Fault(f"aggregators.{entry}", what, where))
    return list(faults.values())
