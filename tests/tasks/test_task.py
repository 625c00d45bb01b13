from __future__ import annotations

import pytest

from sprachbund.core.errors import RegistryError
from sprachbund.tasks.task import TASKS


def test_tasks_load_by_name() -> None:
    assert [TASKS.load(name).value.name for name in TASKS.built_in] == list(TASKS.built_in)
    assert {"tagging", "classification", "span_qa", "intent_slots", "multiple_choice"} <= set(TASKS.built_in)


def test_an_unknown_task_is_told_with_near_names() -> None:
    with pytest.raises(RegistryError, match="there is no task named 'taging'\n  → did you mean tagging"):
        TASKS.load("taging")
