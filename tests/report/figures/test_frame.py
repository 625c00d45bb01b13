from __future__ import annotations

from xml.etree import ElementTree

from sprachbund.report.figures.frame import Frame


def test_heights_grow_upwards_and_widths_to_the_right():
    frame = Frame(352, 250)
    up, across = frame.y_scale([0.0, 10.0]), frame.x_scale([0.0, 10.0])
    assert up(0.0) > up(10.0)
    assert across(0.0) < across(10.0)
    assert (up(10.0), across(0.0)) == (frame.top, frame.left)


def test_a_scale_of_differences_has_signs_and_a_zero_without():
    frame = Frame(352, 250)
    root = ElementTree.fromstring(f"<g>{frame.y_axis(frame.y_scale([-1.0, 1.0]), signs=True)}</g>")
    labels = [item.text or "" for item in root.iter("text")]
    assert any(label.startswith("+") for label in labels)
    assert any(label.startswith("−") for label in labels)
    assert len([label for label in labels if float(label.replace("−", "-")) == 0 and label[0] not in "+−"]) == 1
    assert len([item for item in root.iter("line") if item.get("class") == "grid zero"]) == 1
