from __future__ import annotations

import itertools
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.languages.distances import KINDS, SOURCE, _rows, distance, typology, world
from sprachbund.languages.language import LANGUAGES

UNKNOWN = {"ber", "hyw", "kzj", "nah", "qaf", "qfn", "qse", "qtd", "qte", "qti", "tok"}
"""Collective and retired codes, code-switched text, and two languages that URIEL does not have."""
KNOWN = sorted(set(LANGUAGES) - UNKNOWN)
CODES = st.sampled_from(KNOWN)


def test_every_language_is_in_the_table_and_those_without_vectors_are_told():
    assert {row["code"] for row in _rows("uriel.csv")} == set(LANGUAGES)
    assert {code for code in LANGUAGES if typology(code) is None} == UNKNOWN


@pytest.mark.parametrize("code", KNOWN)
def test_every_row_is_well_formed(code):
    found = typology(code)
    assert {name: len(block) for name, block in found.blocks.items()} == {
        "syntax": 103, "phonology": 28, "inventory": 158}
    assert all(re.fullmatch("[01ny]+", block) for block in found.blocks.values())
    latitude, longitude = found.place
    assert -60 < latitude < 75
    assert -180 <= longitude <= 180


def test_who_has_no_lineage_is_an_isolate_or_constructed_or_told_here():
    without = {code for code in KNOWN if not typology(code).lineage}
    assert without == {"eu", "ie", "io", "jbo", "nov", "vo", "vro"}
    assert distance("genetic", "en", "eu") == 1  # an isolate
    assert distance("genetic", "en", "vro") is None  # URIEL does not say


@given(CODES, CODES)
def test_distances_are_symmetric_bounded_and_zero_to_oneself(first, second):
    for kind in KINDS:
        found = distance(kind, first, second)
        assert found == distance(kind, second, first)
        assert found is None or 0 <= found <= 1
        assert distance(kind, first, first) == 0


@given(st.tuples(CODES, CODES, CODES))
def test_the_great_circle_keeps_the_triangle_inequality(codes):
    for one, two, three in itertools.permutations(codes):
        assert distance("geographic", one, three) <= (
            distance("geographic", one, two) + distance("geographic", two, three) + 1e-9)


@pytest.mark.parametrize(
    ("kind", "second", "value"),
    # 1 - cosine of syntax_knn, phonology_knn, inventory_knn and fam of lang2vec 1.1.2 for English
    [("syntactic", "fr", 0.18824595), ("phonological", "fr", 0.24738216), ("inventory", "fr", 0.2591322),
     ("featural", "fr", 0.2320118), ("genetic", "fr", 0.903775), ("syntactic", "hi", 0.384), ("genetic", "ja", 1.0)],
)
def test_distances_are_those_of_lang2vec(kind, second, value):
    assert distance(kind, "en", second) == pytest.approx(value, abs=6e-4 if value == 0.384 else 1e-6)


def test_places_are_where_the_languages_are_spoken():
    assert typology("eu").place == (43.3, -1.3)  # Glottolog 5.1: 43.28, -1.32
    assert typology("ja").place == (35.0, 135.0)  # 35.00, 135.00
    assert distance("geographic", "en", "de") * 20_015 == pytest.approx(1050, abs=40)  # kilometres


def test_unknown_languages_have_no_distance():
    assert all(distance(kind, "en", "tok") is None for kind in KINDS)
    assert all(distance(kind, "tok", "tok") is None for kind in KINDS)


def test_what_is_attested_is_told_from_what_is_predicted():
    assert typology("en").attested("syntactic") == 1
    assert 0 < typology("de").attested("syntactic") < 1
    assert typology("sk").attested("syntactic") == 0
    with pytest.raises(ValueError, match="genetic distance is not made of features"):
        typology("de").attested("genetic")


def test_the_tables_carry_their_source_and_licence():
    for name in ("uriel.csv", "world.csv"):
        head = files("sprachbund.languages").joinpath(name).read_text(encoding="utf-8")[:600]
        assert "Littell et al. 2017" in head
        assert "CC BY-SA 4.0" in head
    assert "CC BY-SA 4.0" in SOURCE


def test_the_world_is_on_land_and_each_place_is_there_once():
    places = world()
    assert len(places) == len(set(places)) > 2000
    assert all(-60 < latitude < 75 and -180 <= longitude <= 180 for latitude, longitude in places)
