from __future__ import annotations

import numpy as np
import pytest

from sprachbund.results.sweep_rows import sort_rows
from sprachbund.results.sweep_scores import PartScores
from sprachbund.testing.simulated_sweep import LAST_LAYER, control, dlfa, simulate_sweep

BASE, NINE = "last layer", "DLFA (k=9, literal)"


def _scores(**given) -> PartScores:
    given = {"examples": 30} | given
    (part,) = sort_rows(simulate_sweep([LAST_LAYER, control(), *dlfa({9: 3.0})], **given))
    return PartScores(part, unaveraged=(), level=0.95)


def test_variants_are_meaned_into_their_language_first():
    scores = _scores(targets={"de": 80.0, "de-CH": 40.0, "fi": 50.0})
    assert scores.chosen.languages == ("de", "fi")
    by_code = {item.target: item.estimate.mean for item in scores.language_scores() if item.system == BASE}
    expected = ((by_code["de"] + by_code["de-CH"]) / 2 + by_code["fi"]) / 2
    assert scores.targets_estimate(BASE).mean == pytest.approx(expected)
    assert scores.means(BASE, (1, 2, 3)).mean() == pytest.approx(expected)


def test_the_gap_is_source_minus_targets_and_its_decrease_a_gain_at_slope_one():
    scores = _scores()
    for system in (BASE, NINE):
        gap = scores.gap(system)
        assert gap.mean == pytest.approx(scores.source_estimate(system).mean - scores.targets_estimate(system).mean)
    smaller = scores.gain_at_equal_source(NINE, BASE, 1.0)
    assert smaller.mean == pytest.approx(scores.gap(BASE).mean - scores.gap(NINE).mean)
    assert scores.gain_at_equal_source(NINE, BASE, 0.0).mean == pytest.approx(scores.gain(NINE, BASE).mean)
    assert scores.gain_at_equal_source(NINE, BASE, 0.0).here.p == pytest.approx(scores.gain(NINE, BASE).here.p)


def test_a_gain_turned_round_changes_its_sign_alone():
    scores = _scores()
    one, other = scores.gain(NINE, BASE), scores.gain(BASE, NINE)
    assert one.mean == pytest.approx(-other.mean)
    assert one.here.low == pytest.approx(-other.here.high)
    assert one.here.p == pytest.approx(other.here.p)


def test_systems_of_other_seeds_are_compared_over_those_they_share():
    rows = simulate_sweep([LAST_LAYER], seeds=(1, 2, 3), examples=20) + simulate_sweep(
        dlfa({9: 3.0}), seeds=(2, 3, 5), examples=20) + simulate_sweep([control()], seeds=(8,), examples=20)
    (part,) = sort_rows(rows)
    scores = PartScores(part, unaveraged=(), level=0.95)
    assert scores.common(NINE, BASE) == (2, 3)
    gain = scores.gain(NINE, BASE)
    assert gain.seeds == (2, 3)
    expected = scores.means(NINE, (2, 3)) - scores.means(BASE, (2, 3))
    assert np.allclose(gain.per_seed, expected)
    assert scores.gain("MS-CAM on the last layer", BASE) is None
    assert scores.source_gain("MS-CAM on the last layer", BASE) is None
    assert scores.gain_at_equal_source("MS-CAM on the last layer", BASE, 1.0) is None


def test_a_wider_level_is_a_wider_interval():
    (part,) = sort_rows(simulate_sweep([LAST_LAYER, *dlfa({9: 3.0})], examples=30))
    narrow, wide = (PartScores(part, unaveraged=(), level=level).gain(NINE, BASE).here for level in (0.8, 0.95))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_target_in_which_nothing_counts_is_left_out_and_told():
    rows = simulate_sweep([LAST_LAYER, *dlfa({9: 3.0})], examples=20, targets={"de": 70.0, "fi": 50.0})
    for row in rows:
        if row.target == "fi":
            row.counts[:] = 0
    (part,) = sort_rows(rows)
    scores = PartScores(part, unaveraged=(), level=0.95)
    (left,) = scores.left_out
    assert (left.target, left.why) == ("fi", "nothing in it could be scored by accuracy")
    assert scores.chosen.languages == ("de",)


def test_a_mixed_model_checks_a_gain_where_there_are_seeds_and_languages_enough():
    scores = _scores(targets={"de": 80.0, "fi": 66.0, "tr": 58.0, "th": 45.0})
    check, gain = scores.mixed_model(NINE, BASE), scores.gain(NINE, BASE)
    assert check.mean == pytest.approx(gain.mean), "each language is of a family of its own"
    assert check.low == pytest.approx(2 * check.mean - check.high)
    assert gain.beyond.low < check.low, "by the normal distribution it is narrower than with few seeds it should be"
    assert _scores(seeds=(1,)).mixed_model(NINE, BASE) is None
    assert _scores(targets={"de": 80.0}).mixed_model(NINE, BASE) is None


def test_languages_of_one_family_weigh_less_in_a_mixed_model_if_they_are_alike():
    scores = _scores()
    check, gain = scores.mixed_model(NINE, BASE), scores.gain(NINE, BASE)
    assert check.mean != pytest.approx(gain.mean)
    assert gain.beyond.low < check.mean < gain.beyond.high
