"""Strict configs: YAML 1.2 with line numbers to frozen pydantic models, every fault at once.

YAML 1.1 reads `no` (Norwegian) as false and `1e-5` as text; ruamel.yaml in its default
mode follows YAML 1.2 and reads `no` as text. It reads `1e-5` as text too where the
mantissa has no dot; pydantic turns that into a number for a float field.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean

from sprachbund.core.errors import ConfigError, DataError, Fault, near_matches
from sprachbund.core.source import Location

_NEUTRAL = "result_neutral"


class Config(BaseModel):
    """Base of every config: frozen, unknown keys and NaN forbidden, defaults validated."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True, allow_inf_nan=False
    )


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
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError("there is no such file", where=Location(name), remedy="check the path") from None
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is not UTF-8"
        raise DataError(what, where=Location(name), remedy="save the file as UTF-8") from None
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise DataError(what, where=Location(name), remedy="give a YAML file that you may read") from None
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
        faults = [_fault(detail, values, model, source) for detail in _causes(error.errors(include_url=False))]
        faults.sort(key=lambda fault: (fault.where.line if fault.where else None) or sys.maxsize)
        raise ConfigError(faults, source) from None


def _causes(details: Sequence[Any]) -> list[Any]:
    """The faults without those that follow from others: a list is too short because its items were refused."""
    places = [tuple(detail["loc"]) for detail in details]
    return [
        detail for detail, place in zip(details, places, strict=True)
        if detail["type"] != "too_short" or not any(other[: len(place)] == place != other for other in places)
    ]


def _unwrap(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _unwrap(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_unwrap(item) for item in value]
    if isinstance(value, bool | ScalarBoolean):  # ruamel.yaml keeps a boolean with an anchor in a kind of int
        return bool(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else value


def _fault(detail: Any, values: Mapping[str, Any], model: type[BaseModel], source: str) -> Fault:
    path = tuple(detail["loc"])
    field = ".".join(map(str, _written(values, path))) or "(whole config)"
    where = locate(values, path, source)
    if detail["type"] == "extra_forbidden":
        known = _known_fields(model, path[:-1])
        what = "unknown key" if not known else f"unknown key; known here: {', '.join(sorted(known))}"
        return Fault(field, what, where, near_matches(str(path[-1]), known))
    if detail["type"] == "missing":
        return Fault(field, "is required and missing", where)
    if detail["type"] == "too_short":
        least, given = detail["ctx"]["min_length"], detail["ctx"]["actual_length"]
        return Fault(field, f"at least {least} value{'s are' if least > 1 else ' is'} needed, got {given}", where)
    message = detail["msg"].removeprefix("Value error, ")
    if message[1:2].islower():  # a sentence's capital, not an abbreviation's
        message = message[:1].lower() + message[1:]
    given = detail.get("input")
    nested = isinstance(given, Mapping | Sequence | BaseModel) and not isinstance(given, str)
    shown = "" if nested else f", got {given!r}"
    suggestions: tuple[str, ...] = ()
    if detail["type"] == "literal_error":
        expected = [part.strip(" '\"") for part in detail["ctx"]["expected"].replace(" or ", ",").split(",")]
        suggestions = near_matches(str(given), expected)
    return Fault(field, message + shown, where, suggestions)


def _written(values: Any, path: tuple[Any, ...]) -> Iterator[str | int]:
    """The parts of pydantic's path that stand in the text; others name members of a union or added levels."""
    for number, part in enumerate(path):
        if isinstance(values, Mapping):
            if part in values:
                values = values[part]
            elif number < len(path) - 1:
                continue
        elif isinstance(values, Sequence) and not isinstance(values, str):
            if not isinstance(part, int) or part >= len(values):
                continue
            values = values[part]
        else:
            continue
        yield part


def _known_fields(model: type[BaseModel], path: tuple[Any, ...]) -> set[str]:
    """The keys that may stand at a path, through lists, mappings, optional fields and unions."""
    kinds: list[Any] = [model]
    for part in path:
        inner = [below for kind in kinds for below in _below(kind, part)]
        kinds = [leaf for kind in inner for leaf in _leaves(kind)] or kinds  # no way down: it names a member of a union
    return {name for kind in kinds if _is_model(kind) for name in kind.model_fields}


def _leaves(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _leaves(member)
    else:
        yield annotation


def _below(kind: Any, part: Any) -> Iterator[Any]:
    if _is_model(kind):
        if part in kind.model_fields:
            yield kind.model_fields[part].annotation
        elif part == kind.__name__:
            yield kind
        return
    arguments = get_args(kind)
    if isinstance(get_origin(kind), type) and issubclass(get_origin(kind), Mapping):
        yield arguments[1]
    elif isinstance(part, int):
        yield from (argument for argument in arguments if argument is not Ellipsis)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def locate(values: Any, path: tuple[Any, ...], source: str) -> Location | None:
    """Walk as deep as the text goes; the last known line is the place.

    Keys without a line of their own (from flags, or merged from an anchor) take the line above them.
    """
    line = column = None
    within_text = isinstance(values, CommentedMap | CommentedSeq)
    for part in path:
        if not (isinstance(values, CommentedMap) and part in values) and not (
            isinstance(values, CommentedSeq) and isinstance(part, int) and part < len(values)
        ):
            continue
        place = (values.lc.data or {}).get(part)
        if place is not None:
            line, column = place[0] + 1, place[1] + 1
        values = values[part]
    if line is None:
        return Location(source) if within_text else None
    return Location(source, line, column)
