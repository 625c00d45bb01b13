from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sprachbund.languages.distances import typology, world
from sprachbund.report.figures.world_map import Colours, MapMark, world_map

SCORES = {"de": 88.0, "fr": 86.0, "es": 85.0, "it": 84.0, "fi": 80.0, "pl": 81.0, "ja": 60.0, "hi": 71.0, "yo": 66.0}


def marks(codes=SCORES, *, source=True):
    found = [MapMark(code, typology(code).place, SCORES.get(code, 50.0), f"{code}: told") for code in codes]
    return [MapMark("en", typology("en").place, 95.0, "English", True), *found] if source else found


def drawn(given, width=1056.0, **more):
    return ElementTree.fromstring(world_map(
        given, world(), width=width, legend="accuracy, points", name="m", title="t", description="d", **more))


def kinds(root, prefix):
    return [item.get("class") for item in root.iter() if (item.get("class") or "").startswith(prefix)]


@pytest.mark.parametrize("width", [352.0, 1056.0])
def test_every_language_has_a_mark_with_its_code_and_all_lies_inside(width):
    root = drawn(marks(), width)
    named = [item.find("text").text for item in root.iter("g") if item.find("text") is not None]
    assert sorted(named) == sorted(["en", *SCORES])
    _, _, right, bottom = map(float, root.get("viewBox").split())
    assert right == width
    for circle in root.iter("circle"):
        assert 0 <= float(circle.get("cx")) <= right
        assert 0 <= float(circle.get("cy")) <= bottom


def test_a_crowd_in_europe_is_enlarged_and_small_marks_stay_on_the_whole():
    root = drawn(marks())
    assert kinds(root, "region") == ["region"]
    small = [item for item in root.iter("g") if item.find("text") is None and item.find("circle") is not None]
    assert len(small) == 7  # six languages and the source
    few = drawn(marks(["de", "ja", "hi"]))
    assert kinds(few, "region") == []
    assert not [item for item in few.iter("g") if item.find("text") is None and item.find("circle") is not None]


def test_threads_lead_from_the_source_to_every_other_mark():
    assert len(kinds(drawn(marks(["ja", "hi", "yo"])), "thread")) == 3
    assert kinds(drawn(marks(["ja", "hi", "yo"], source=False)), "thread") == []


def test_colours_go_up_with_scores():
    colours = Colours.of(list(SCORES.values()))
    shades = [colours.shade(value) for value in sorted(SCORES.values())]
    assert shades == sorted(shades)
    assert (shades[0], shades[-1]) == (0, 6)
    assert Colours.of([50.0]).shade(50.0) in range(7)


def test_a_source_without_a_score_and_a_standalone_file():
    given = [MapMark("en", typology("en").place, None, "English", True), *marks(["ja", "hi"], source=False)]
    root = drawn(given, standalone=True)
    assert "bubble origin" in kinds(root, "bubble")


def test_the_legend_tells_the_steps():
    root = drawn(marks())
    texts = [item.text for item in root.iter("text")]
    assert {"60", "90", "accuracy, points"} <= set(texts)
    assert [kind.split()[1] for kind in kinds(root, "shade ")] == ["t0", "t1", "t2", "t4", "t5", "t6"]
