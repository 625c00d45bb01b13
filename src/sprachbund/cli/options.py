"""Flags to the plain values of a run's config; the config itself checks them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from sprachbund.core.config import parse_yaml
from sprachbund.core.errors import ConfigError, Fault, near_matches

Flags = Mapping[str, Any]

DataDir = Annotated[str | None, typer.Option("--data-dir", help="Folder that holds data sets named by --data.")]
Output = Annotated[str | None, typer.Option("--output", "-o", help="Folder for report, table and rows. "
                                            "Default: runs/NAME.")]
OutputHere = Annotated[str, typer.Option("--output", "-o", help="Folder for report, table and rows.")]
Store = Annotated[str | None, typer.Option("--store", envvar="SPRACHBUND_STORE", help="Folder that remembers "
                                           "finished stages. Default: in the user's cache folder.")]
Executor = Annotated[str, typer.Option("--executor", help="Where stages run: inline (this process), processes (side "
                                       "by side), or auto.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print results.json instead of tables.")]

_COMMA = re.compile(r",(?![^\[]*\])")  # not those of a list

_TRAINING = ("epochs", "learning_rate", "head_learning_rate", "batch_pieces", "max_pieces", "precision", "threads",
             "device")
_TOP = ("task", "source", "split", "pooling", "train_limit", "test_limit", "unknown_labels", "name", "data_dir")
_BARE = {"few_shot": "examples", "translate_train": "data"}
"""Groups whose bare value is not their name."""
_FUSION = ("layer", "gate", "integration", "normalisation", "reduction")


def run_values(flags: Flags, base: Mapping[str, Any]) -> dict[str, Any]:
    """Turn flags into top-level values of a run config.

    Args:
        flags: option name -> value; None means not given.
        base: values of a config file, for flags that change one part of a group (`--epochs`).

    Raises:
        ConfigError: a flag that nothing can take (`--layer` where no fusion has a layer), all at once.
    """
    values: dict[str, Any] = {name: flags[name] for name in _TOP if flags.get(name) is not None}
    if flags.get("seeds"):
        values["seeds"] = integers("--seeds", flags["seeds"])
    for name in ("targets", "more_sources"):
        if flags.get(name):
            values[name] = split(flags[name])
    _group(values, base, "training", {name: flags.get(name) for name in _TRAINING})
    _group(values, base, "encoder", {"name": flags.get("encoder"), "allow_pickle": flags.get("allow_pickle") or None,
                                     "trust_remote_code": flags.get("trust_remote_code")})
    _group(values, base, "data", {"name": flags.get("data"), "labels": flags.get("labels"),
                                  "format": flags.get("format")})
    _group(values, base, "test_data", {"name": flags.get("test_data")})
    for name, key in _BARE.items():
        _group(values, base, name, {key: flags.get(name)})
    if flags.get("adapt_text"):
        text = raw_texts(flags["adapt_text"], flags.get("adapt_languages"), flags.get("adapt_column"))
        before = base.get("adapt")
        values["adapt"] = {**(before if isinstance(before, Mapping) else {}), "text": text}
    if flags.get("multiword"):
        for name in ("data", "test_data"):
            if name in values or name in base:
                before = values.get(name, base.get(name))
                values[name] = _placed(before, ["reader", "multiword"], flags["multiword"], name)
    options = {name: flags[name] for name in _FUSION if flags.get(name) is not None}
    if flags.get("fusion") or options:
        named = [fusion_values(text) for text in flags.get("fusion") or ()]
        fusions = named or _listed(base.get("fusion") or "last_layer")
        values["fusion"] = _with_options(fusions, options)
    for text in flags.get("set") or ():
        _assign(values, base, text)
    return values


def _group(values: dict[str, Any], base: Mapping[str, Any], name: str, given: Mapping[str, Any]) -> None:
    chosen = {key: item for key, item in given.items() if item is not None}
    if chosen:
        values[name] = {**_options(values.get(name, base.get(name)), name), **chosen}


def _options(group: Any, name: str) -> dict[str, Any]:
    """A group of settings as a mapping of its own; a bare value is its name, or what `_BARE` says."""
    if name in _BARE and isinstance(group, str | int):
        return {_BARE[name]: group}
    if group is None or isinstance(group, str | Mapping):
        return {"name": group} if isinstance(group, str) else dict(group or {})
    raise ConfigError([Fault(name, f"expected `key: value` lines, got {group!r}")], "the config file")


def _placed(group: Any, keys: Sequence[str], value: Any, name: str) -> Any:
    """A group of settings with one value changed, at whatever depth."""
    if not keys:
        return value
    options = _options(group, name)
    return {**options, keys[0]: _placed(options.get(keys[0]), keys[1:], value, f"{name}.{keys[0]}")}


def fusion_values(text: str) -> dict[str, Any]:
    """A fusion as it is written in a flag.

    >>> fusion_values("dlfa:layer=10,gate=sigmoid")
    {'type': 'dlfa', 'layer': 10, 'gate': 'sigmoid'}
    >>> fusion_values("average:over=[9,12]")
    {'type': 'average', 'over': [9, 12]}
    """
    name, _, rest = text.partition(":")
    pairs = [item.partition("=") for item in _COMMA.split(rest) if item]
    return {"type": name.replace("-", "_"), **{key.strip(): scalar(value) for key, _, value in pairs}}


def _listed(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list | tuple) else [value]
    faults = [Fault("fusion", f"expected a name, or options with a type, got {item!r}") for item in items
              if not isinstance(item, str) and not (isinstance(item, Mapping) and isinstance(item.get("type"), str))]
    if faults:
        raise ConfigError(faults, "the config file")
    return [{"type": item} if isinstance(item, str) else dict(item) for item in items]


def _with_options(fusions: list[dict[str, Any]], options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give each option to the fusions that have it and were not given it by name."""
    from sprachbund.models.fusion.fusion import FUSIONS  # imports torch

    fields = [set(FUSIONS.load(item["type"]).value.config_class.model_fields) for item in fusions]
    faults = [
        Fault(f"--{name}", f"no fusion of this run has the option {name!r} ({', '.join(i['type'] for i in fusions)})",
              suggestions=near_matches(name, set().union(*fields) - {"type"}))
        for name in options if not any(name in known for known in fields)
    ]
    if faults:
        raise ConfigError(faults, "the command line")
    return [
        {**{name: value for name, value in options.items() if name in known}, **item}
        for item, known in zip(fusions, fields, strict=True)
    ]


def _assign(values: dict[str, Any], base: Mapping[str, Any], text: str) -> None:
    """`--set training.dropout=0`, `--set data.reader.label_column=xpos`."""
    path, separator, value = text.partition("=")
    if not separator:
        raise ConfigError([Fault("--set", f"expected KEY=VALUE, got {text!r}")], "the command line")
    group, *keys = path.split(".")
    values[group] = _placed(values.get(group, base.get(group)), keys, scalar(value), group)


def raw_texts(
    names: Sequence[str], languages: str | None, column: str | None, format: str | None = None
) -> list[dict[str, Any]]:
    """Options about raw text as plain values of a config; they hold for all texts named."""
    shared = {"languages": split(languages) if languages else None, "column": column, "format": format}
    return [{"name": name, **{key: value for key, value in shared.items() if value is not None}} for name in names]


def scalar(text: str) -> Any:
    """Read a value as YAML 1.2 does: `10` a number, `no` the text, `[a, b]` a list."""
    return parse_yaml(f"value: {text}", "the command line")["value"]


def integers(flag: str, text: str) -> list[int]:
    """Read `1,2,3`.

    Raises:
        ConfigError: something else than whole numbers.
    """
    try:
        return [int(part) for part in split(text)]
    except ValueError:
        raise ConfigError([Fault(flag, f"expected whole numbers such as 1,2,3, got {text!r}")],
                          "the command line") from None


def split(text: str | Sequence[str]) -> list[str]:
    """Read `de,fr,sw`; what is listed already stays."""
    parts = text.split(",") if isinstance(text, str) else text
    return [part.strip() for part in parts if part.strip()]
