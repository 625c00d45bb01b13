from __future__ import annotations

import re
from importlib.resources import files
from xml.etree import ElementTree

import pytest

from sprachbund.report.figures.heatmap import Head, heat_map
from sprachbund.report.figures.rows import Group, Point, Row


def _point(value: float, *, strong: bool = False) -> Point:
    return Point(value, value - 1, value + 1, f"cell {value}", strong)


GROUPS = (
    Group("Uralic", (Row("Finnish", "fi", (_point(0.5), _point(2.0, strong=True), None)),)),
    Group("Others", (Row("Thai", "th", (_point(-1.0), _point(0.0), _point(-9.0))),)),
)
HEADS = (Head("3"), Head("9", chosen=True, oracle=True), Head("control", apart=True))


def _drawing(width: float = 500, **given) -> ElementTree.Element:
    settings = {"name": "map", "title": "t", "description": "d", "gutter": 120, "width": width} | given
    return ElementTree.fromstring(heat_map(GROUPS, HEADS, **settings))


def _texts(root: ElementTree.Element, kind: str) -> list[str]:
    return ["".join(item.itertext()) for item in root.iter("text") if item.get("class") == kind]


def test_every_cell_has_its_number_and_its_tooltip_and_missing_ones_are_empty():
    root = _drawing()
    assert _texts(root, "value") == ["+0.5", "−1.0", "0.0", "−9.0"]
    assert _texts(root, "value strong") == ["+2.0"]
    assert [title.text for title in root.iter("title")][1:] == [
        "cell 0.5", "cell 2.0", "cell -1.0", "cell 0.0", "cell -9.0"]


def test_colour_tells_sign_and_size_and_saturates_at_the_largest_gain():
    cells = [item for item in _drawing().iter("rect") if "heat" in (item.get("class") or "")]
    assert [item.get("class") for item in cells] == ["heat gain", "heat gain", "heat loss", "heat loss", "heat loss"]
    opacity = [float(item.get("fill-opacity", "")) for item in cells]
    assert opacity == [0.125, 0.5, 0.25, 0.0, 0.5]


def test_small_gains_do_not_look_large():
    groups = (Group("", (Row("Finnish", "fi", (_point(0.1),)),)),)
    root = ElementTree.fromstring(heat_map(groups, [Head("3")], width=300, gutter=100, name="m", title="t",
                                           description="d"))
    (cell,) = (item for item in root.iter("rect") if item.get("class") == "heat gain")
    assert float(cell.get("fill-opacity", "")) == pytest.approx(0.05)


def test_columns_are_headed_above_and_below_with_chosen_and_oracle_marked():
    root = _drawing()
    assert _texts(root, "tick") == ["3", "3", "control", "control"]
    assert _texts(root, "tick emphasised") == ["9 ×", "9 ×"]


def test_single_cells_are_framed_and_crossed():
    root = _drawing(chosen={("Uralic", "Finnish", 0)}, oracle={("Others", "Thai", 1)})
    assert len([item for item in root.iter("rect") if item.get("class") == "chosen"]) == 1
    assert len([item for item in root.iter("path") if item.get("class") == "oracle"]) == 1


@pytest.mark.parametrize("width", [220, 300, 352, 1056])
def test_cells_and_numbers_stay_inside_the_drawing(width):
    root = _drawing(width=width)
    for item in root.iter("rect"):
        assert 0 <= float(item.get("x", "")) < float(item.get("x", "")) + float(item.get("width", "")) <= width
    sizes = [float(item.get("font-size", "")) for item in root.iter("text") if "value" in (item.get("class") or "")]
    assert all(size >= 8 for size in sizes)


def test_numbers_without_room_are_left_to_tooltips():
    assert not [item for item in _drawing(width=160).iter("text") if "value" in (item.get("class") or "")]


def test_numbers_keep_their_contrast_on_the_strongest_colour():
    palette = files("sprachbund.report.figures").joinpath("palette.css").read_text(encoding="utf-8")
    for _, body in re.findall(r"color-scheme: (light|dark);(.*?)\}", palette, re.DOTALL):
        colours = {name: [int(value[place : place + 2], 16) / 255 for place in (0, 2, 4)]
                   for name, value in re.findall(r"--([\w]+): #([0-9a-f]{6})", body)}
        for mark in ("s1", "s2"):
            mixed = [(one + other) / 2 for one, other in zip(colours[mark], colours["paper"], strict=True)]
            high, low = sorted((_luminance(mixed), _luminance(colours["ink"])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, mark


def _luminance(parts: list[float]) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
