"""What an error says, and that it survives a process boundary."""

from __future__ import annotations

import copy
import inspect
import pickle
import re

import pytest

from sprachbund.core import errors
from sprachbund.core.errors import (
    ConfigError,
    DataError,
    Fault,
    FormatError,
    Interrupted,
    MissingExtraError,
    SprachbundError,
    StageError,
    join_or,
    near_matches,
)
from sprachbund.core.source import Location

EXAMPLES: list[SprachbundError] = [
    FormatError("three columns, two expected", where=Location("de.tsv", 3), remedy="cut one"),
    ConfigError([Fault("a.b", "wrong", Location("c.yaml", 1, 2), ("a", "b")), Fault("c", "missing")], "c.yaml"),
    MissingExtraError("a Ray cluster", "ray", "ray"),
    StageError("failed", stage="train", cause_type="ValueError", details="Traceback ...", remedy="again"),
    Interrupted("stopped"),
]


def test_an_error_says_where_what_and_what_to_do() -> None:
    assert str(EXAMPLES[0]) == "de.tsv, line 3: three columns, two expected\n  → cut one"
    assert str(SprachbundError("what")) == "what"


def test_a_config_error_lists_every_fault() -> None:
    assert str(EXAMPLES[1]) == (
        "2 faults in c.yaml\n  - c.yaml, line 1, column 2: a.b: wrong (did you mean a or b?)\n  - c: missing"
    )
    assert str(ConfigError([Fault("a", "wrong")], "the flags")) == "one fault in the flags\n  - a: wrong"


def test_a_missing_extra_names_the_command_to_type() -> None:
    assert str(EXAMPLES[2]) == (
        "a Ray cluster needs the package ray, which is not installed\n  → type: pip install 'sprachbund[ray]'"
    )


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("through", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_an_error_survives_a_process_boundary(error: SprachbundError, through: object) -> None:
    again = through(error)  # type: ignore[operator]
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert (str(again), again.args, again.exit_code) == (str(error), error.args, error.exit_code)


def test_the_drawn_tree_is_the_real_one() -> None:
    drawn = re.findall(r"^([ │├└─]*)(\w+)  ", errors.__doc__ or "", re.MULTILINE)
    classes = {name: cls for name, cls in vars(errors).items()
               if inspect.isclass(cls) and issubclass(cls, SprachbundError)}
    assert {name for _, name in drawn} == set(classes)
    parents: dict[int, str] = {}
    for lines, name in drawn:
        depth = len(lines) // 4
        parents[depth] = name
        if depth:
            assert classes[name].__base__ is classes[parents[depth - 1]], name


def test_exit_codes() -> None:
    codes = {cls.exit_code for cls in (SprachbundError, DataError, ConfigError, Interrupted)}
    assert codes == {1, 2, 130}


def test_names_are_joined_as_in_a_sentence() -> None:
    assert [join_or(names) for names in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == ["", "a", "a or b", "a, b or c"]


@pytest.mark.parametrize(("name", "matches"), [
    ("Last-Layer", ("last_layer",)), ("dlaf", ("dlfa",)), ("lastlayer", ("last_layer",)), ("zzz", ()), ("", ()),
])
def test_near_matches_ignore_case_and_hyphens(name: str, matches: tuple[str, ...]) -> None:
    assert near_matches(name, ["last_layer", "dlfa", "average"]) == matches
