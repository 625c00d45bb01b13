"""One value, one JSON text."""

from __future__ import annotations

import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from sprachbund.core.canonical import canonical_json, digest, plain
from sprachbund.core.config import Config, neutral

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=12,
)


class Inner(Config):
    rate: float = 1e-5
    names: tuple[str, ...] = ("ñ",)
    workers: int = neutral(4)


class Outer(Config):
    inner: Inner = Inner()
    by_name: dict[str, Inner] = Field(default_factory=dict)
    limit: int | None = None


def test_a_default_written_out_gives_the_same_text() -> None:
    written = Outer.model_validate({"inner": {"rate": 1e-5, "names": ["ñ"]}, "by_name": {}, "limit": None})
    assert canonical_json(written) == canonical_json(Outer())
    assert canonical_json(Outer()) == '{"by_name":{},"inner":{"names":["ñ"],"rate":1e-05},"limit":null}'


def test_a_neutral_field_is_left_out_at_every_depth() -> None:
    busy = Inner(workers=32)
    assert digest(Outer(inner=busy)) == digest(Outer())
    assert digest(Outer(by_name={"a": busy})) == digest(Outer(by_name={"a": Inner()}))
    assert digest(Outer(inner=Inner(rate=2e-5))) != digest(Outer())


def test_a_whole_number_in_a_float_field_is_that_float() -> None:
    assert digest(Inner.model_validate({"rate": 1})) == digest(Inner(rate=1.0))


@given(JSON)
def test_the_text_is_stable_and_survives_json(value: Any) -> None:
    assert canonical_json(plain(value)) == canonical_json(value)


@given(st.dictionaries(st.text("abc"), st.integers()))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)


def test_lists_and_tuples_are_the_same_and_their_order_matters() -> None:
    assert digest([1, 2]) == digest((1, 2)) != digest([2, 1])


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(("value", "text"), [
    ({1: "a"}, '{"1":"a"}'), (Colour.RED, '"red"'), (np.float64(0.5), "0.5"), (True, "true"), (1, "1"), (1.0, "1.0"),
])
def test_values_that_are_almost_json(value: Any, text: str) -> None:
    assert canonical_json(value) == text


@pytest.mark.parametrize(("value", "message"), [
    (float("nan"), "nan has no canonical form"),
    ({"a": [float("inf")]}, "inf has no canonical form"),
    (Path("/tmp/x"), "the path /tmp/x has no canonical form: give its digest"),
    ({1, 2}, "set has no canonical form"),
    (print, "builtin_function_or_method has no canonical form"),
    ({None: 1}, "the key None has no canonical form"),
    ({True: 1}, "the key True has no canonical form"),
    ({"1": "a", 1: "b"}, "two keys have the text '1'"),
])
def test_what_has_no_canonical_form_is_refused(value: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        digest(value)


def test_the_digest_is_the_same_in_another_process_with_another_hash_seed() -> None:
    code = "from sprachbund.core.canonical import digest; print(digest({'b': {'z': 1.5, 'a': None}, 'a': ['ü']}))"
    found = {
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, text=True,
                       capture_output=True, check=True).stdout.strip()
        for seed in ("0", "1")
    }
    assert found == {digest({"a": ["ü"], "b": {"a": None, "z": 1.5}})}
