from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sprachbund.report.figures.rows import Group, Point, Row
from sprachbund.report.figures.scores import Average, scores_chart

SVG = "{http://www.w3.org/2000/svg}"


def _chart(series: int = 2, *, languages: int = 50, width: float = 640.0) -> ElementTree.Element:
    rows = tuple(
        Row(f"Language {number}", f"l{number}",
            tuple(Point(40 + number % 30 + s, 35.0, 75.0, f"point {number} {s}") for s in range(series)))
        for number in range(languages)
    )
    averages = [Average(s, 50.0 + s, f"mean {s}") for s in range(series)]
    return ElementTree.fromstring(scores_chart([Group("Family", rows)], averages, width=width, gutter=116, name="c",
                                               title="t", description="d", standalone=True))


@pytest.mark.parametrize("width", [352.0, 640.0])
def test_every_language_and_system_has_a_mark_inside_the_drawing(width):
    root = _chart(width=width)
    told = [item.findtext(f"{SVG}title") for item in root.iter(f"{SVG}g")]
    assert sum(name.startswith("point") for name in told if name) == 100
    assert sum(name.startswith("mean") for name in told if name) == 2
    for circle in root.iter(f"{SVG}circle"):
        assert 116 < float(circle.get("cx", 0)) < width
        assert 0 < float(circle.get("cy", 0)) < float(root.get("height", 0))


def test_values_stand_where_the_axis_says():
    point = Point(60.0, 55.0, 65.0, "p")
    root = ElementTree.fromstring(scores_chart([Group("f", (Row("a", "b", (point,)),))], [], width=640, gutter=100,
                                               name="c", title="t", description="d", standalone=True))
    ticks = {item.text: float(item.get("x", 0)) for item in root.iter(f"{SVG}text") if item.get("class") == "tick"}
    (circle,) = root.iter(f"{SVG}circle")
    assert ticks["58"] < float(circle.get("cx", 0)) == pytest.approx(ticks["60"])


def test_systems_differ_in_shape_and_colour():
    root = _chart(series=3, languages=1)
    groups = [group for group in root.iter(f"{SVG}g") if (group.findtext(f"{SVG}title") or "").startswith("point")]
    kinds = {group.get("class") for group in groups}
    assert kinds == {"mark s0", "mark s1", "mark s2"}
    assert all(len(list(root.iter(f"{SVG}{tag}"))) >= 1 for tag in ("circle", "polygon", "rect"))


def test_the_same_findings_draw_the_same_chart():
    assert ElementTree.tostring(_chart()) == ElementTree.tostring(_chart())
