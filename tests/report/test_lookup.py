from __future__ import annotations

from sprachbund.report.lookup import Lookup
from sprachbund.report.ordering import LARGE_FAMILY


def test_every_target_stands_under_exactly_one_heading(wide_findings):
    ordered = Lookup(wide_findings).ordered()
    codes = [target.code for _, members in ordered for target in members]
    assert sorted(codes) == sorted(target.code for target in wide_findings.targets)
    assert len({heading for heading, _ in ordered}) == len(ordered)


def test_the_source_comes_first_and_single_languages_last(wide_findings):
    headings = [heading for heading, _ in Lookup(wide_findings).ordered()]
    assert headings[0] == "Source language"
    assert headings[-1] == "Single-language families"


def test_large_families_are_shown_by_branch(wide_findings):
    ordered = dict(Lookup(wide_findings).ordered())
    assert "Indo-European: Germanic" in ordered
    assert "Indo-European: others" in ordered
    assert "Indo-European" not in ordered
    assert {target.code for target in ordered["Uralic"]} == {"fi", "hu", "et"}
    assert len([t for t in wide_findings.targets if t.family == "Uralic"]) <= LARGE_FAMILY


def test_a_variant_stands_below_its_base_language(wide_findings):
    germanic = [target.code for target in dict(Lookup(wide_findings).ordered())["Indo-European: Germanic"]]
    assert germanic.index("de-CH") == germanic.index("de") + 1


def test_a_variant_below_its_base_language_is_named_by_its_difference(wide_findings, study):
    look = Lookup(wide_findings)
    assert look.row_name(look.targets["sr-Latn"]) == "(Latin script)"
    assert look.row_name(look.targets["sr"]) == "Serbian"
    alone = Lookup(study(rates={"en": 0.9, "sr-Latn": 0.5}))
    assert alone.row_name(alone.targets["sr-Latn"]) == "Serbian (Latin script)"


def test_the_best_language_of_the_baseline_comes_first(findings):
    look = Lookup(findings)
    (_, members) = look.ordered()[-1]
    scores = [look.score("last layer", "accuracy", target.code) for target in members if target.code == target.base]
    means = [score.mean for score in scores if score]
    assert means == sorted(means, reverse=True)


def test_significant_languages_are_counted_without_the_source(study):
    look = Lookup(study({"a": 0.0, "b": 0.2}))
    better, worse, tested = look.significant("b", "accuracy")
    assert (better, worse, tested) == (4, 0, 4)


def test_scripts_have_names(findings):
    assert Lookup(findings).group_name("script", "Latn") == "Latin"
    assert Lookup(findings).group_name("family", "Uralic") == "Uralic"
