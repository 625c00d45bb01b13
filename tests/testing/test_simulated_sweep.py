from __future__ import annotations

import numpy as np
import pytest

from sprachbund.testing.simulated_sweep import LAST_LAYER, TARGETS, dlfa, simulate_sweep


def test_rates_and_gains_are_those_asked_for():
    rows = simulate_sweep([LAST_LAYER, *dlfa({9: 10.0})], examples=4000, seed_sd=0.0, seeds=(1,))
    scores = {(row.system, row.target): 100 * row.counts[:, 0].sum() / row.counts[:, 1].sum()
              for row in rows if row.split == "test"}
    for target, rate in TARGETS.items():
        assert scores["last layer", target] == pytest.approx(rate, abs=1.0)
        assert scores["DLFA (k=9, literal)", target] - scores["last layer", target] == pytest.approx(10.0, abs=1.0)


def test_the_same_rows_come_again_and_seeds_differ():
    one, other = (simulate_sweep([LAST_LAYER], examples=50) for _ in range(2))
    assert all(np.array_equal(a.counts, b.counts) for a, b in zip(one, other, strict=True))
    by_seed = [row.counts for row in simulate_sweep([LAST_LAYER], examples=400, seed_sd=2.0) if row.target == "de"]
    assert not np.array_equal(by_seed[0], by_seed[1])


def test_every_cell_has_its_own_stage_and_dev_is_on_the_source_alone():
    rows = simulate_sweep([LAST_LAYER, *dlfa({3: 0.0, 9: 0.0})], examples=5)
    assert len({(row.stage, row.target) for row in rows}) == len(rows) == 3 * 3 * (len(TARGETS) + 2)
    assert {row.target for row in rows if row.split == "dev"} == {"en"}
