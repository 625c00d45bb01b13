from __future__ import annotations

from xml.etree import ElementTree

from sprachbund.report.figures.rows import HEADING, ROW, TOP, Group, Layout, Point, Row
from sprachbund.report.figures.scale import linear_scale


def _layout(gutter: float = 100.0) -> Layout:
    point = Point(50, 45, 55, "told")
    first = Group("Uralic & others", (Row("Finnish", "fi", (point,)), Row("Hung. <h>", "hu", (None,))))
    return Layout((first, Group("Source", (Row("English", "en", (point,), emphasised=True),))), 300.0, gutter)


def _xml(body: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<svg>{body}</svg>")


def test_rows_follow_each_other_below_their_headings():
    middles = [place.middle for place in _layout().places()]
    assert middles == [TOP + HEADING + ROW / 2, TOP + HEADING + ROW * 1.5, TOP + 2 * HEADING + ROW * 2.5]
    assert max(middles) + ROW / 2 < _layout().height


def test_labels_name_every_language_and_group():
    texts = ["".join(item.itertext()) for item in _xml(_layout().labels()).iter("text")]
    assert texts == ["Uralic & others", "Finnishfi", "Hung. <h>hu", "Source", "Englishen"]


def test_without_a_gutter_only_the_rules_are_left():
    root = _xml(_layout(gutter=0).labels())
    assert not list(root.iter("text"))
    assert len(list(root.iter("line"))) == 2


def test_heights_do_not_depend_on_the_gutter():
    assert [place.middle for place in _layout(0).places()] == [place.middle for place in _layout().places()]


def test_only_the_emphasised_row_has_a_band():
    assert len(list(_xml(_layout().bands()).iter("rect"))) == 1


def test_zero_has_its_own_line_where_negative_values_are():
    kinds = [line.get("class") for line in _xml(_layout().axis(linear_scale([-1, 1], 0, 100))).iter("line")]
    assert kinds.count("grid zero") == 1
    kinds = [line.get("class") for line in _xml(_layout().axis(linear_scale([0, 1], 0, 100))).iter("line")]
    assert kinds.count("grid zero") == 0


def test_missing_points_are_left_out():
    assert len(_layout().points()) == 2
