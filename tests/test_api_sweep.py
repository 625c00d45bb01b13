"""What a call of `sweep` changes of a sweep."""

from __future__ import annotations

import pytest

from sprachbund.api_sweep import chosen_sweep
from sprachbund.core.errors import ConfigError


def test_a_shipped_sweep_with_other_seeds_and_some_of_its_tasks() -> None:
    config = chosen_sweep("paper", data_dir="data", seeds=[4, 5], only=["NER", "POS"])
    assert config.seeds == (4, 5)
    assert config.task_names == ("POS", "NER")
    assert {task.data_dir for task in config.tasks} == {"data"}


def test_a_config_goes_in_as_it_came_out() -> None:
    config = chosen_sweep("paper")
    assert chosen_sweep(config) == config.model_copy(update={"common": {}})
    assert chosen_sweep(config.model_dump(), seeds=[7]).seeds == (7,)
    assert chosen_sweep(config, data_dir="there").tasks[0].data_dir == "there"


def test_seeds_are_checked_wherever_they_come_from() -> None:
    with pytest.raises(ConfigError, match=r"seeds\.1: input should be a valid integer, got 1\.5"):
        chosen_sweep("smoke", seeds=[1, 1.5])  # type: ignore[list-item]
    with pytest.raises(ConfigError, match=r"no task named 'command'; it has: commands \(did you mean commands\?\)"):
        chosen_sweep("smoke", only=["command"])
