from __future__ import annotations

from sprachbund.languages.language import find_variant
from sprachbund.results.findings import TargetInfo
from sprachbund.results.language_sets import language_sets


def target(code: str, *, source: str = "en", averaged: bool = True) -> TargetInfo:
    variant = find_variant(code)
    language = variant.language
    return TargetInfo(variant.code, language.code, variant.name, language.family, language.branch, variant.script,
                      language.code == source, averaged, 10, "f", "toy")


def sets(*codes: str, **given: bool) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    return {(item.kind, item.group): item.members for item in language_sets([target(code, **given) for code in codes])}


def test_the_source_is_left_out_unless_the_name_says_otherwise():
    found = sets("en", "de", "fi")
    assert set(found["targets", ""]) == {"de", "fi"}
    assert set(found["with source", ""]) == {"de", "en", "fi"}
    assert set(found["family", "Indo-European"]) == {"de"}
    assert set(found["script", "Latn"]) == {"de", "fi"}


def test_variants_fold_into_their_base_language():
    found = sets("de", "de-CH", "zh-HK", "ar_pud")
    assert found["targets", ""] == {"ar": ("ar_pud",), "de": ("de", "de-CH"), "zh": ("zh-HK",)}


def test_a_variant_of_the_source_is_no_target():
    assert set(sets("en", "en-GB", "de")["targets", ""]) == {"de"}


def test_a_language_in_two_scripts_counts_in_both():
    found = sets("sr", "sr-Latn", "ru", "de")
    assert found["script", "Cyrl"] == {"ru": ("ru",), "sr": ("sr",)}
    assert found["script", "Latn"] == {"de": ("de",), "sr": ("sr-Latn",)}
    assert found["targets", ""]["sr"] == ("sr", "sr-Latn")


def test_without_the_source_there_is_no_average_with_it():
    assert ("with source", "") not in sets("de", "fr")


def test_targets_that_are_only_shown_are_in_no_set():
    averaged, shown = target("ar"), target("ar_pud", averaged=False)
    assert {item.members.get("ar") for item in language_sets([averaged, shown])} == {("ar",)}


def test_the_source_alone_makes_no_set():
    assert language_sets([target("en")]) == []
