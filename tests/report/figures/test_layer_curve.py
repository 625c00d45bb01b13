from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sprachbund.report.figures.layer_curve import CurvePoint, layer_curve

POINTS = (CurvePoint(1, -0.5, -1.0, 0.0, "layer 1"), CurvePoint(3, 0.2, -0.4, 0.8, "layer 3", "oracle"),
          CurvePoint(11, 0.1, -0.2, 0.4, "layer 11", "chosen"))


def _drawing(points=POINTS, reported=(1.5, "reported by 2205.08497 (mBERT): +1.5 F1"), bounds=()):
    return ElementTree.fromstring(layer_curve(points, reported=reported, bounds=bounds, width=352, height=250, name="c",
                                              title="t", description="d"))


def _of(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [item for item in root.iter() if item.get("class") == kind]


def test_layers_stand_where_their_number_puts_them():
    dots = _of(_drawing(), "dot")
    xs = [float(dot.get("cx", "")) for dot in dots]
    assert (xs[1] - xs[0]) / (xs[2] - xs[0]) == pytest.approx(0.2, abs=1e-3)


def test_the_band_goes_along_both_bounds():
    root = _drawing()
    corners = [tuple(map(float, pair.split(","))) for pair in _of(root, "curve-band")[0].get("points", "").split()]
    line = [tuple(map(float, pair.split(","))) for pair in _of(root, "curve")[0].get("points", "").split()]
    assert len(corners) == 6
    for place, (x, y) in enumerate(line):
        (above_x, above), (below_x, below) = corners[place], corners[-1 - place]
        assert above_x == below_x == x
        assert above < y < below  # heights grow downwards


def test_what_a_paper_reports_is_a_labelled_line_of_its_own():
    root = _drawing()
    (line,), (label,) = _of(root, "reported"), _of(root, "reported-label")
    assert line.get("y1") == line.get("y2")
    assert label.text == "reported by 2205.08497 (mBERT): +1.5 F1"
    zero = _of(root, "grid zero")[0]
    assert float(line.get("y1", "")) < float(zero.get("y1", ""))
    assert not _of(_drawing(reported=None), "reported")


def test_chosen_and_oracle_are_marked_once_each_or_together():
    root = _drawing()
    assert (len(_of(root, "ring")), len(_of(root, "oracle"))) == (1, 1)
    both = _drawing([CurvePoint(3, 0.2, 0.1, 0.3, "t", "both")])
    assert (len(_of(both, "ring")), len(_of(both, "oracle"))) == (1, 1)


def test_curves_side_by_side_share_a_scale():
    alone, beside = _drawing(reported=None), _drawing(reported=None, bounds=(-8.0, 4.0))
    ticks = [[label.text for label in _of(root, "tick")] for root in (alone, beside)]
    assert "−10" in ticks[1]
    assert "−10" not in ticks[0]


def test_the_label_of_the_line_stays_inside_the_drawing():
    long = _drawing(reported=(30.0, "reported by 2205.08497 (mBERT): +30.0 of a measure with a very long name indeed"))
    (label,) = _of(long, "reported-label")
    assert float(label.get("font-size", "")) < 10
    assert float(label.get("y", "")) > 0
