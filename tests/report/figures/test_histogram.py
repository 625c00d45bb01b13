from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sprachbund.report.figures.histogram import null_histogram


def _drawing(observed: float = 1.0, expected: float = 0.4) -> ElementTree.Element:
    return ElementTree.fromstring(null_histogram(
        (-0.5, 0.0, 0.5, 1.0, 1.5), (10, 60, 25, 5), observed=(observed, "best on test: +1.0"),
        expected=(expected, "mean by luck: +0.4"), axis="points", width=352, height=250, name="h", title="t",
        description="d"))


def _of(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [item for item in root.iter() if item.get("class") == kind]


def test_bars_beyond_what_was_observed_are_told_apart():
    root = _drawing()
    assert (len(_of(root, "bar within")), len(_of(root, "bar beyond"))) == (3, 1)
    heights = [float(bar.get("height", "")) for bar in _of(root, "bar within")]
    assert heights[1] / heights[0] == pytest.approx(6, rel=0.01)
    assert _of(root, "bar beyond")[0].find("title").text == "+1.00 to +1.50: 5.0 % of permutations"


@pytest.mark.parametrize(("observed", "expected"), [(1.0, 0.4), (1.5, -0.4), (-0.4, 1.4), (5.0, 0.4), (0.4, 0.41)])
def test_labels_stand_inside_the_drawing_beside_their_lines(observed, expected):
    root = _drawing(observed, expected)
    for kind, value in (("observed", observed), ("expected", expected)):
        (label,), (line,) = _of(root, f"{kind}-label"), _of(root, kind)
        width = 0.54 * 10 * len(label.text or "")
        x = float(label.get("x", ""))
        left = x - width if label.get("text-anchor") == "end" else x
        assert left >= 0, (kind, value)
        assert left + width <= 352, (kind, value)
        assert 12 <= float(line.get("x1", "")) <= 340


def test_lines_that_are_near_have_labels_on_both_sides():
    root = _drawing(1.0, 0.9)
    assert _of(root, "expected-label")[0].get("text-anchor") == "end"


def test_a_null_of_one_value_is_drawn():
    drawn = null_histogram((-0.5, 0.5), (100,), observed=(0.0, "o"), expected=(0.0, "e"), axis="a", width=352,
                           height=250, name="h", title="t", description="d")
    ElementTree.fromstring(drawn)
