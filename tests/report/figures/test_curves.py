from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sprachbund.report.figures.curves import Curve, Place, curves_chart

STATES = ("0", "1", "2", "3", "fused")


def place(state: str, value: float, bounds: bool = True) -> Place:
    return Place(state, value, value - 2 if bounds else None, value + 2 if bounds else None, f"told {state} {value}")


def draw(*curves: Curve, apart: str = "fused") -> ElementTree.Element:
    text = curves_chart(curves, STATES, width=352, height=250, name="c", title="T <b>", description="D", apart=apart,
                        standalone=True)
    return ElementTree.fromstring(text)


def named(root: ElementTree.Element, tag: str, kind: str) -> list[ElementTree.Element]:
    return [item for item in root.iter() if item.tag.endswith(tag) and item.get("class") == kind]


def test_a_line_a_band_and_a_mark_for_each_curve() -> None:
    root = draw(Curve(0, tuple(place(state, 10.0 * number) for number, state in enumerate(STATES[:4]))),
                Curve(1, tuple(place(state, 5.0 * number) for number, state in enumerate(STATES))))
    assert len(named(root, "polyline", "curve")) == 2
    assert len(named(root, "polygon", "curve-band")) == 2
    assert len(named(root, "line", "interval")) == 1  # the state apart is in no band
    told = [item.text for item in root.iter() if item.tag.endswith("title")]
    assert "told fused 20.0" in told
    assert told[0] == "T <b>"
    line = named(root, "polyline", "curve")[0].get("points", "").split()
    heights = [float(point.split(",")[1]) for point in line]
    assert len(line) == 4
    assert heights == sorted(heights, reverse=True)  # larger values are higher up


def test_a_missing_state_is_a_gap_and_no_interval_no_band() -> None:
    root = draw(Curve(0, (place("0", 1), place("1", 2), place("3", 4))))
    assert [len(item.get("points", "").split()) for item in named(root, "polyline", "curve")] == [2]
    assert len(named(root, "polygon", "curve-band")) == 1
    assert not named(draw(Curve(0, (place("0", 1, bounds=False), place("1", 2, bounds=False)))), "polygon",
                     "curve-band")


def test_marks_stand_below_each_other_at_their_tick() -> None:
    root = draw(Curve(0, (place("2", 1),)), Curve(2, (place("2", 3),)))
    circle = next(item for item in root.iter() if item.tag.endswith("circle"))
    square = next(item for item in root.iter() if item.tag.endswith("rect") and item.get("width") != "352")
    centre = float(square.get("x", "")) + float(square.get("width", "")) / 2
    assert centre == pytest.approx(float(circle.get("cx", "")), abs=0.05)
