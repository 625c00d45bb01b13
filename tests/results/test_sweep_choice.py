from __future__ import annotations

import pytest

from sprachbund.results.sweeps import sweep_findings
from sprachbund.testing.simulated_sweep import LAST_LAYER, dlfa, simulate_sweep

QUICK = {"targets": {"de": 70.0, "fi": 50.0}, "examples": 30}


def test_of_equal_layers_the_one_nearest_the_last_is_chosen():
    rows = simulate_sweep([LAST_LAYER, *dlfa({3: 0.0, 6: 0.0, 9: 0.0})], seed_sd=0.0, **QUICK)
    (choice,) = sweep_findings(rows).parts[0].choices
    assert choice.chosen == "DLFA (k=9, literal)"
    assert set(choice.by_seed) == {"DLFA (k=9, literal)"}
    assert choice.margin == 0
    assert choice.lost.mean == 0
    assert choice.lost.here.p == 1


def test_a_layer_without_dev_rows_cannot_be_chosen_but_can_be_the_oracle():
    rows = simulate_sweep([LAST_LAYER, *dlfa({3: 0.0, 6: 0.0, 9: 15.0}, {3: 3.0})], seed_sd=0.0, **QUICK)
    rows = [row for row in rows if (row.layers, row.split) != ((9, 12), "dev")]
    (part,) = sweep_findings(rows).parts
    (choice,) = part.choices
    assert choice.candidates == ("DLFA (k=3, literal)", "DLFA (k=6, literal)")
    assert choice.chosen == "DLFA (k=3, literal)"
    assert choice.oracle == "DLFA (k=9, literal)"
    assert choice.luck.candidates == 3
    assert choice.lost.mean == pytest.approx(15, abs=4)
    assert any("Not to be chosen, since not scored on source dev: DLFA (k=9, literal)." in note for note in part.notes)


def test_layers_that_share_no_dev_seed_are_not_chosen_among():
    rows = simulate_sweep([LAST_LAYER, *dlfa({3: 0.0, 9: 0.0})], **QUICK)
    kept = [row for row in rows if row.split == "test" or (row.layers, row.seed) in (((3, 12), 1), ((9, 12), 2))]
    assert sweep_findings(kept).parts[0].choices == ()


def test_one_seed_has_luck_but_no_p_among_layers():
    rows = simulate_sweep([LAST_LAYER, *dlfa({3: 0.0, 6: 0.0, 9: 5.0})], seeds=(4,), **QUICK)
    luck = sweep_findings(rows).parts[0].choices[0].luck
    assert luck.p_layers is None
    assert luck.noise is None
    assert 0 < luck.p <= 1


def test_layers_that_truly_differ_widen_the_null_and_not_the_luck_of_seeds():
    alike = simulate_sweep([LAST_LAYER, *dlfa({3: 0.0, 6: 0.0, 9: 0.0})], **QUICK)
    apart = simulate_sweep([LAST_LAYER, *dlfa({3: -20.0, 6: -10.0, 9: 0.0})], **QUICK)
    one, other = (sweep_findings(rows).parts[0].choices[0].luck for rows in (alike, apart))
    assert other.expected > one.expected + 3
    assert other.noise == pytest.approx(one.noise, abs=1.0)


def test_a_histogram_of_a_null_without_spread_has_room():
    rows = simulate_sweep([LAST_LAYER, *dlfa({3: 0.0, 9: 0.0})], seed_sd=0.0, **QUICK)
    luck = sweep_findings(rows).parts[0].choices[0].luck
    assert luck.edges[0] < 0 < luck.edges[-1]
    assert sum(luck.counts) == luck.permutations
