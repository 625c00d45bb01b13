"""The table of executors."""

from __future__ import annotations

import pytest

from sprachbund.core.errors import RegistryError
from sprachbund.stages.executors.executor import EXECUTORS, Executor


@pytest.mark.parametrize("name", EXECUTORS.names())
def test_every_registered_executor_loads_and_needs_no_arguments(name: str) -> None:
    executor = EXECUTORS.load(name).value()
    assert isinstance(executor, Executor)
    assert isinstance(executor.in_children, bool)


def test_an_unknown_executor_gets_the_known_names() -> None:
    with pytest.raises(RegistryError, match="there is no executor named 'proceses'\n  → did you mean processes"):
        EXECUTORS.load("proceses")
