from __future__ import annotations

from sprachbund.results.sweeps import sweep_findings
from sprachbund.testing.simulated_sweep import LAST_LAYER, control, dlfa, simulate_sweep

QUICK = {"targets": {"de": 70.0, "fi": 50.0}, "examples": 15}


def test_a_whole_sweep_with_a_control_and_equal_tuning_needs_no_note():
    rows = simulate_sweep([LAST_LAYER, control(), *dlfa({3: 0.0, 9: 0.0})], **QUICK)
    (part,) = sweep_findings(rows).parts
    assert part.notes == ()
    assert part.missing == ()


def test_systems_that_share_no_seed_are_not_compared():
    rows = simulate_sweep([LAST_LAYER, control()], **QUICK) + simulate_sweep(dlfa({9: 0.0}), seeds=(8, 9), **QUICK)
    (part,) = sweep_findings(rows).parts
    assert "DLFA (k=9, literal) shares no seed with last layer, so the two are not compared." in part.notes
    assert {contender.aggregator for contender in part.contenders} == {"MS-CAM on the last layer"}


def test_a_system_that_has_reached_dev_only_is_missing():
    rows = simulate_sweep([LAST_LAYER, control()], **QUICK)
    rows += [row for row in simulate_sweep(dlfa({9: 0.0}), **QUICK) if row.split == "dev"]
    (part,) = sweep_findings(rows).parts
    assert part.missing == ("ud_pos: DLFA (k=9, literal): scored on source dev, not on test",)


def test_cells_that_were_planned_are_passed_on():
    rows = simulate_sweep([LAST_LAYER, control()], **QUICK)
    assert sweep_findings(rows, planned=("panx: last layer, seed 1",)).missing == ("panx: last layer, seed 1",)
