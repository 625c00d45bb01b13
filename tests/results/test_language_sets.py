from __future__ import annotations

from sprachbund.languages.distances import distance
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


def grouped(*codes: str, **given: str) -> dict[tuple[str, str], set[str]]:
    return {(item.kind, item.group): set(item.languages)
            for item in language_sets([target(code) for code in codes], **given)}


def test_thirds_of_distance_go_from_near_to_far_and_hold_every_known_language_once():
    codes = ("en", "de", "nl", "fr", "ru", "fi", "ja", "ko", "hi", "tok")
    found = grouped(*codes, source="en")
    near, middle, far = (found["distance", name] for name in ("near", "middle", "far"))
    assert {"de", "nl"} <= near
    assert {"ja", "ko"} <= far
    assert near | middle | far == set(codes) - {"en", "tok"}
    assert len(near) + len(middle) + len(far) == 8
    furthest = {name: max(distance("syntactic", "en", code) or 0 for code in group)
                for name, group in (("near", near), ("middle", middle))}
    assert all(furthest["near"] < (distance("syntactic", "en", code) or 0) for code in middle | far)
    assert all(furthest["middle"] < (distance("syntactic", "en", code) or 0) for code in far)


def test_few_languages_or_no_source_make_no_thirds():
    assert not [key for key in grouped("de", "fr", "ru", "fi", "ja", source="en") if key[0] == "distance"]
    assert not [key for key in grouped("de", "fr", "ru", "fi", "ja", "ko", "hi") if key[0] == "distance"]


def test_pretraining_parts_languages_only_where_it_is_known_and_differs():
    found = grouped("de", "yo", "fr", encoder="xlm-roberta-base")
    assert (found["pretraining", "seen"], found["pretraining", "unseen"]) == ({"de", "fr"}, {"yo"})
    assert not [key for key in grouped("de", "fr", encoder="xlm-roberta-base") if key[0] == "pretraining"]
    assert not [key for key in grouped("de", "yo", encoder="of/nobody") if key[0] == "pretraining"]
