from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sprachbund.report.figures.source_scatter import ScatterMark, source_scatter

MARKS = (ScatterMark(90.0, 60.0, 0, "last layer", ((89.5, 59.0), (90.5, 61.0))),
         ScatterMark(91.0, 62.0, 1, "DLFA", ((90.8, 61.9),)), ScatterMark(90.5, 60.2, 2, "other", (), False))


def _drawing(slope: float | None = 0.5) -> ElementTree.Element:
    return ElementTree.fromstring(source_scatter(
        MARKS, slope=slope, labels=("English", "targets"), width=352, height=250, name="s", title="t", description="d"))


def _line(root: ElementTree.Element, kind: str) -> tuple[float, float, float, float]:
    (line,) = (item for item in root.iter("line") if item.get("class") == kind)
    return tuple(float(line.get(name, "")) for name in ("x1", "y1", "x2", "y2"))  # type: ignore[return-value]


def test_marks_are_filled_for_contenders_and_have_their_seeds():
    root = _drawing()
    kinds = [item.get("class") for item in root.iter("g") if (item.get("class") or "").startswith("mark")]
    assert kinds == ["mark s2 hollow", "mark s1", "mark s0"]  # the baseline on top
    assert len([item for item in root.iter("circle") if (item.get("class") or "").startswith("seed")]) == 3


@pytest.mark.parametrize("slope", [0.5, 0.0, -2.0, 40.0])
def test_lines_go_through_the_baseline_and_stay_inside(slope):
    root = _drawing(slope)
    baseline = next(item for item in root.iter("circle") if not (item.get("class") or "").startswith("seed"))
    x, y = float(baseline.get("cx", "")), float(baseline.get("cy", ""))
    for kind in ("equal-gap", "own-slope"):
        x1, y1, x2, y2 = _line(root, kind)
        rounding = 0.02 * (abs(x2 - x1) + abs(y2 - y1))
        assert (y - y1) * (x2 - x1) == pytest.approx((y2 - y1) * (x - x1), abs=rounding)
        for value in (y1, y2):
            assert 24 - 0.01 <= value <= 212.01


def test_without_a_slope_there_is_one_line():
    assert not [item for item in _drawing(None).iter("line") if item.get("class") == "own-slope"]
