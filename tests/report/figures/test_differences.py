from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sprachbund.report.figures.differences import differences_chart
from sprachbund.report.figures.rows import Group, Point, Row

SVG = "{http://www.w3.org/2000/svg}"


def _chart(overall: Point | None = None) -> ElementTree.Element:
    rows = (Row("German", "de", (Point(2.0, 1.0, 3.0, "de", strong=True),)),
            Row("Thai", "th", (Point(-0.5, -2.0, 1.0, "th", strong=False),)), Row("Lao", "lo", (None,)))
    return ElementTree.fromstring(differences_chart([Group("f", rows)], overall, 1, width=400, gutter=0, name="d",
                                                    title="t", description="d", standalone=True))


def test_what_is_told_apart_is_filled_and_the_rest_hollow():
    kinds = {item.findtext(f"{SVG}title"): item.get("class") for item in _chart().iter(f"{SVG}g")}
    assert kinds == {"de": "mark s1", "th": "mark s1 hollow"}


def test_zero_is_on_the_axis_even_where_all_differences_are_positive():
    row = Row("German", "de", (Point(2.0, 1.5, 3.0, "de"),))
    root = ElementTree.fromstring(differences_chart([Group("f", (row,))], None, 1, width=400, gutter=0, name="d",
                                                    title="t", description="d", standalone=True))
    assert "0" in {item.text for item in root.iter(f"{SVG}text")}


def test_the_strip_over_all_languages_spans_its_interval():
    root = _chart(Point(0.5, 0.0, 1.0, "all"))
    ticks = {item.text: float(item.get("x", 0)) for item in root.iter(f"{SVG}text") if item.get("class") == "tick"}
    (strip,) = [item for item in root.iter(f"{SVG}rect") if item.get("class") == "strip"]
    left = float(strip.get("x", 0))
    assert left == pytest.approx(ticks["0"], abs=0.02)
    assert left + float(strip.get("width", 0)) == pytest.approx(ticks["1"], abs=0.02)
