"""Models that are let go, and those that are not the sweep's to remove."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sprachbund.stages.keys import stage_key
from sprachbund.stages.run import run_stages

TUNING = {"grid": {"training.head_learning_rate": [1e-3, 5e-3]}, "seeds": [1, 9]}


def test_a_model_that_a_run_of_its_own_has_made_stays(world: Any, made_up: Any) -> None:
    train = world.plan().final({("POS", "last layer"): ()})[0].stages.train
    run_stages([replace(train, label="train last layer, seed 1")], world.store, made_up())
    world.run(made_up())
    assert [folder.name for folder in (world.store.root / "train").iterdir()] == [stage_key(train)]


def test_with_several_tuning_seeds_a_model_stays_as_long_as_its_settings_may_win(world: Any, made_up: Any) -> None:
    kept: list[int] = []

    class Counting(made_up):  # type: ignore[misc]
        def _perform(self, one: Any, schedule: Any, store: Any, emit: Any) -> None:
            super()._perform(one, schedule, store, emit)
            kept.append(len(list((store.root / "train").iterdir())) if (store.root / "train").is_dir() else 0)

    plan = world.plan(tuning=TUNING, seeds=[1, 2], tasks=world.values["tasks"][:1], aggregators=["last_layer"])
    executor = Counting()
    world.run(executor, plan)
    # seed 1 with both settings, seed 9 (of no use to the end) with both, then seed 2 with the first, which is chosen
    assert executor.kinds["train"] == 5
    assert max(kept) == 3
    assert not list((world.store.root / "train").iterdir())
