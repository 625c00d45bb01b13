from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sprachbund.results.probe_summary import contrasts, mean_over_languages, probed_language, summarise

from .probe_samples import LANGUAGES, PEAKED, alike, findings, probed


def test_means_leave_the_source_language_out_but_of_identity() -> None:
    found = {(one.measure, one.variant, one.state): one for one in findings("before").averages}
    words = found["pos", "", "3"]
    assert words.languages == tuple(sorted(LANGUAGES))
    assert words.value == pytest.approx(60.0)
    assert words.low is not None
    assert words.high is not None
    assert words.low < 60 < words.high
    assert "en" in found["language_identity", "mean", "3"].languages
    assert found["cka", "mean", "2"].value == pytest.approx(0.8)


def test_two_languages_have_a_mean_and_no_interval() -> None:
    one = probed("before")
    few = replace(one, points=tuple(point for point in one.points if point.language in ("de", "tr")), similarities=())
    averages = summarise([few], "en").averages
    assert averages
    assert all(average.low is None and average.high is None for average in averages)
    assert mean_over_languages([1.0, 3.0]) == (2.0, None, None)
    mean, low, high = mean_over_languages([1.0, 2.0, 3.0, 6.0])
    assert mean == 3.0
    assert low is not None
    assert high is not None
    assert low < 3 < high


def test_trends_tell_a_peak_in_the_middle_from_a_rise() -> None:
    found = {(one.model, one.measure, one.variant): one for one in findings().trends}
    peaked, rising = found["before", "retrieval", "mean"], found["after", "pos", ""]
    assert (peaked.peak, peaked.peak_share, peaked.languages) == (2, 1.0, 6)
    assert peaked.rho == pytest.approx(-0.4)  # 40, 80, 60, 20 have the ranks 2, 4, 3, 1
    assert peaked.rho_upper == -1.0
    assert peaked.rho_upper_high == -1.0  # all languages are parallel, so every draw falls
    assert (rising.rho, rising.rho_upper, rising.peak) == (1.0, 1.0, 4)
    assert all(str(one.peak).isdigit() for one in found.values())  # the fused state is no layer
    assert max(PEAKED, key=lambda state: PEAKED[state]) == "2"


def test_relatives_are_nearer_within_a_family() -> None:
    family, script = contrasts(alike("before", "1"))
    assert (family.grouping, script.grouping) == ("family", "script")
    assert (family.pairs_within, family.pairs_across) == (6, 9)
    assert (family.within, family.across, family.difference) == (0.5, -0.25, 0.75)
    assert (family.low, family.high) == (pytest.approx(0.75), pytest.approx(0.75))
    assert family.p is not None
    assert family.p < 0.15  # six languages have few permutations
    assert script.pairs_within == 6  # Latin: de, nl, fr, tr
    assert script.difference == pytest.approx(np.mean([0.5] * 3 + [-0.25] * 3) - np.mean([0.5] * 3 + [-0.25] * 6))


def test_languages_without_a_vector_of_their_own_are_left_out() -> None:
    whole = alike("before", "0")
    matrix = [list(row) for row in whole.matrix]
    for number in range(6):
        matrix[5][number] = matrix[number][5] = None
    family, _ = contrasts(replace(whole, matrix=tuple(map(tuple, matrix))))
    assert (family.pairs_within, family.pairs_across) == (6, 4)
    assert contrasts(replace(whole, languages=("de",), matrix=((1.0,),))) == []


def test_languages_know_family_and_script() -> None:
    assert (probed_language("ru").family, probed_language("ru").script) == ("Indo-European", "Cyrl")
    assert {language.code for language in findings().languages} == {*LANGUAGES, "en"}
    assert findings().notes == ("tatoeba has 90 of 100",)  # once, though both models say it
