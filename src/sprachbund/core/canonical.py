"""A resolved config as canonical JSON: defaults filled in, keys sorted, result-neutral fields left out."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel

from sprachbund.core.config import is_neutral

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def plain(value: Any) -> Json:
    """Turn a config, or anything made of configs, into JSON values without result-neutral fields.

    Raises:
        TypeError: for values that have no canonical form (sets, functions, NaN, paths: a path
            is where a thing lies, not what it is; pass its digest instead; keys that are
            not text or whole numbers, or of which two have the same text).
    """
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {name: plain(getattr(value, name)) for name, info in fields.items() if not is_neutral(info)}
    if isinstance(value, Mapping):
        return _plain_mapping(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise TypeError(f"{value!r} has no canonical form")
    if isinstance(value, PurePath):
        raise TypeError(f"the path {value} has no canonical form: give its digest")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _plain_mapping(value: Mapping[Any, Any]) -> dict[str, Json]:
    result: dict[str, Json] = {}
    for key, item in value.items():
        if not isinstance(key, str | int) or isinstance(key, bool):
            raise TypeError(f"the key {key!r} has no canonical form: keys are text or whole numbers")
        if str(key) in result:
            raise TypeError(f"two keys have the text {str(key)!r}")
        result[str(key)] = plain(item)
    return result


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8 kept as it is.

    >>> canonical_json({"b": 1, "a": [True, None]})
    '{"a":[true,null],"b":1}'
    """
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """Return the sha256 of the canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
