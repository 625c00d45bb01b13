from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sprachbund.languages.distances import distance
from sprachbund.languages.segmentation import Segmentation
from sprachbund.results.findings import Estimate, LanguageScore, TargetInfo
from sprachbund.results.languages_in_depth import LEAST_LANGUAGES, languages_in_depth

LINE = "de nl fr es it ru fi et hu tr ja ko zh hi ar he vi th eu yo"
CODES = LINE.split()


def target(code, base=None, **given):
    base = base or code
    return TargetInfo(**{"code": code, "base": base, "name": code, "family": "f", "branch": "b", "script": "Latn",
                         "is_source": base == "en", "averaged": True, "examples": 10, "fingerprint": "x",
                         "data_set": "toy"} | given)


def score(code, value):
    return LanguageScore("last layer", "accuracy", code, Estimate(value, value, value, None, (1,), (value,)))


def pieces(fertility):
    return Segmentation(100, 0, 1000, round(1000 * fertility), 5)


def in_depth(scores, *, extra=(), segmentation=None, **given):
    targets = [target("en"), *(target(code) for code in scores if code != "en"), *extra]
    return languages_in_depth([score(code, value) for code, value in scores.items()], targets, **{
        "system": "last layer", "metric": "accuracy", "source": "en", "encoder": "bert-base-multilingual-cased",
        "segmentation": segmentation} | given)


@pytest.fixture
def fertilities():
    rng = np.random.default_rng(0)
    return {code: float(value) for code, value in zip(["en", *CODES], rng.uniform(1, 3, len(CODES) + 1), strict=True)}


@pytest.fixture
def made(fertilities):
    """Scores that syntactic distance and fertility make, with a little noise."""
    rng = np.random.default_rng(1)
    values = {code: 90 - 50 * distance("syntactic", "en", code) - 4 * fertilities[code] + rng.normal(0, 0.3)
              for code in CODES}
    return {"en": 95.0, **values}


def test_the_stated_regression_finds_what_made_the_scores(made, fertilities):
    found = in_depth(made, segmentation={code: pieces(value) for code, value in fertilities.items()})
    assert found.stated.names == ("syntactic", "fertility")
    syntactic, fertility = found.stated.coefficients
    assert syntactic.low < -50 < syntactic.high
    assert fertility.low < -4 < fertility.high
    assert syntactic.drawn_low < -50 < syntactic.drawn_high
    assert found.stated.predicted_share > 0.95
    assert found.stated.languages == tuple(sorted(CODES))
    assert set(found.chosen.names) == {"syntactic", "fertility"}
    assert found.dropped == found.left_out == ()


def test_predictors_alone_are_correlations_over_target_languages(made):
    found = in_depth(made)
    values = np.array([distance("syntactic", "en", code) for code in sorted(CODES)])
    scores = np.array([made[code] for code in sorted(CODES)])
    (syntactic,) = (item for item in found.predictors if item.name == "syntactic")
    assert syntactic.correlation == pytest.approx(np.corrcoef(values, scores)[0, 1])
    assert syntactic.low < syntactic.correlation < syntactic.high
    assert syntactic.slope == pytest.approx(np.polyfit(values, scores, 1)[0])
    assert found.dropped == (("fertility", "not measured"),)
    assert found.stated.names == ("syntactic",)


def test_a_language_that_is_far_off_is_named(made):
    made["fi"] -= 15
    outliers = in_depth(made).stated.outliers()
    assert outliers[0][0] == "fi"
    assert outliers[0][1] < -2


def test_variants_are_meaned_and_the_source_and_those_in_no_average_stay_out(made):
    extra = (target("de-CH", "de"), target("ar_pud", "ar", averaged=False), target("ro"))
    found = in_depth({**made, "de-CH": made["de"] - 10, "ar_pud": 0.0, "ro": 0.0}, left_out=("ro",),
                     extra=extra[:0])
    assert "ro" not in found.stated.languages  # left out by name
    with_variant = languages_in_depth(
        [score(code, value) for code, value in {**made, "de-CH": made["de"] - 10, "ar_pud": 0.0}.items()],
        [target("en"), *(target(code) for code in CODES), *extra[:2]],
        system="last layer", metric="accuracy", source="en", encoder="x")
    place = with_variant.stated.languages.index("de")
    assert with_variant.stated.observed[place] == pytest.approx(made["de"] - 5)
    assert with_variant.stated.observed[with_variant.stated.languages.index("ar")] == made["ar"]
    assert "en" not in with_variant.stated.languages
    assert {fact.target for fact in with_variant.facts} == {"en", *CODES, "de-CH", "ar_pud"}


def test_facts_tell_pretraining_pieces_and_distances(made, fertilities):
    found = in_depth(made, segmentation={"de": pieces(1.5)})
    german, english = found.fact("de"), found.fact("en")
    assert (german.pretrained, german.script_pretrained) == (True, True)
    assert (german.fertility, german.unknown) == (1.5, 5 / 1500)
    assert found.segmentation == {"de": pieces(1.5)}
    assert found.fact("fr").unknown is None
    assert german.distances["syntactic"] == distance("syntactic", "en", "de")
    assert english.distances["geographic"] == 0
    assert found.fact("fr").fertility is None
    assert found.fact("none") is None
    assert found.pretraining[0] == "mbert"
    assert in_depth(made, encoder="of/nobody").fact("de").pretrained is None
    assert ("fertility", "known of 1 of 20 languages only") in found.dropped


def test_languages_that_uriel_lacks_are_left_out_and_named(made):
    found = in_depth({**made, "tok": 50.0})
    assert [code for code, _ in found.left_out] == ["tok"]
    assert "tok" not in found.stated.languages
    assert found.fact("tok").attested is None
    assert all(value is None for value in found.fact("tok").distances.values())


def test_few_languages_and_equal_scores_give_facts_and_no_regression(made):
    few = dict(list(made.items())[:LEAST_LANGUAGES])
    for scores in (few, dict.fromkeys(made, 50.0)):
        found = in_depth(scores)
        assert (found.predictors, found.stated, found.chosen) == ((), None, None)
        assert len(found.facts) == len(scores)


def test_no_target_has_a_score():
    found = in_depth({"en": 95.0})
    assert found.stated is None
    assert {why for _, why in found.dropped} == {"not measured"}


def test_the_chosen_models_error_holds_the_cost_of_choosing(made):
    rng = np.random.default_rng(3)
    noise = {code: float(rng.normal(60, 5)) for code in made}
    found = in_depth(noise)
    if found.chosen is not None:
        inside = math.sqrt(np.mean(np.subtract(found.chosen.observed, found.chosen.left_out) ** 2))
        assert found.chosen.error > inside
    assert found.stated.predicted_share < 0.3


def test_another_source_language_has_other_distances(made):
    found = in_depth({**made, "en": 50.0}, source="de")
    assert found.fact("nl").distances["syntactic"] == distance("syntactic", "de", "nl")
    assert replace(found, source="en") != found
