"""Strict configs: YAML 1.2 with line numbers to frozen pydantic models, every fault at once.

YAML 1.1 reads `no` (Norwegian) as false and `1e-5` as text; ruamel.yaml in its default
mode follows YAML 1.2 and reads `no` as text. It reads `1e-5` as text too where the
mantissa has no dot; pydantic turns that into a number for a float field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sprachbund.core.errors import ConfigError, DataError, Fault, near_matches
from sprachbund.core.source import Location

_NEUTRAL = "result_neutral"


class Config(BaseModel):
    """Base of every config: frozen, unknown keys forbidden, defaults validated."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True)


C = TypeVar("C", bound=BaseModel)


def neutral(default: Any, **kwargs: Any) -> Any:
    """Declare a field that cannot change a result (workers, logging): it is left out of stage keys."""
    return Field(default, json_schema_extra={_NEUTRAL: True}, **kwargs)


def is_neutral(info: FieldInfo) -> bool:
    """Say whether a field was declared with `neutral`."""
    extra = info.json_schema_extra
    return isinstance(extra, Mapping) and bool(extra.get(_NEUTRAL))


def read_yaml(path: Path | str) -> CommentedMap:
    """Read a YAML 1.2 mapping that remembers the line of every key.

    Raises:
        DataError: the file cannot be read, is not YAML, or is not a mapping.
    """
    name = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError("there is no such file", where=Location(name), remedy="check the path") from None
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is not UTF-8"
        raise DataError(what, where=Location(name), remedy="save the file as UTF-8") from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> CommentedMap:
    """Like `read_yaml`, for text that is already at hand; `name` stands in messages."""
    try:
        loaded = YAML(typ="rt", pure=True).load(StringIO(text))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name)
        raise DataError(f"not valid YAML: {getattr(error, 'problem', error)}", where=where) from None
    if loaded is None:
        raise DataError("the file is empty", where=Location(name), remedy="write at least one `key: value` line")
    if not isinstance(loaded, CommentedMap):
        raise DataError(f"expected `key: value` lines, found a {type(loaded).__name__}", where=Location(name))
    return loaded


def load_config(path: Path | str, model: type[C]) -> C:
    """Read a YAML file into a config.

    Raises:
        DataError: not readable as YAML.
        ConfigError: with every fault, its line, and near matches of misspelt keys.
    """
    return validate(read_yaml(path), model, str(path))


def validate(values: Mapping[str, Any], model: type[C], source: str) -> C:
    """Build a config from a mapping (from YAML with lines, or from flags without).

    Raises:
        ConfigError: with every fault at once.
    """
    try:
        return model.model_validate(_unwrap(values))
    except ValidationError as error:
        faults = [_fault(detail, values, model, source) for detail in error.errors(include_url=False)]
        raise ConfigError(faults, source) from None


def _unwrap(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _unwrap(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_unwrap(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else value


def _fault(detail: Any, values: Mapping[str, Any], model: type[BaseModel], source: str) -> Fault:
    path = tuple(detail["loc"])
    field = ".".join(str(part) for part in path if not _is_union_tag(part)) or "(whole config)"
    where = _locate(values, path, source)
    if detail["type"] == "extra_forbidden":
        known = _known_fields(model, path[:-1])
        what = "unknown key" if not known else f"unknown key; known here: {', '.join(sorted(known))}"
        return Fault(field, what, where, near_matches(str(path[-1]), known))
    if detail["type"] == "missing":
        return Fault(field, "is required and missing", where)
    message = detail["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    given = detail.get("input")
    shown = "" if isinstance(given, Mapping | Sequence) and not isinstance(given, str) else f", got {given!r}"
    suggestions = ()
    if detail["type"] == "literal_error":
        expected = [part.strip(" '\"") for part in detail["ctx"]["expected"].replace(" or ", ",").split(",")]
        suggestions = near_matches(str(given), expected)
    return Fault(field, message + shown, where, suggestions)


def _is_union_tag(part: Any) -> bool:
    return isinstance(part, str) and ("[" in part or "(" in part)


def _known_fields(model: Any, path: tuple[Any, ...]) -> set[str]:
    for part in path:
        info = getattr(model, "model_fields", {}).get(part)
        if info is None:
            return set()
        model = info.annotation
        if not hasattr(model, "model_fields"):
            model = next((arg for arg in getattr(model, "__args__", ()) if hasattr(arg, "model_fields")), None)
    return set(getattr(model, "model_fields", ()))


def _locate(values: Any, path: tuple[Any, ...], source: str) -> Location | None:
    """Walk as deep as the text goes; the last known line is the place."""
    line = column = None
    for part in path:
        if isinstance(values, CommentedMap) and part in values:
            row, col = values.lc.key(part)
        elif isinstance(values, CommentedSeq) and isinstance(part, int) and part < len(values):
            row, col = values.lc.item(part)
        else:
            continue
        line, column = row + 1, col + 1
        values = values[part]
    if line is None:
        return Location(source) if isinstance(values, CommentedMap | CommentedSeq) else None
    return Location(source, line, column)
