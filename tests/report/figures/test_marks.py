from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sprachbund.report.figures.marks import COLOURS, SHAPES, key_mark, mark, shape


def test_shapes_and_colours_together_repeat_late():
    pairs = [(series % COLOURS, series % len(SHAPES)) for series in range(COLOURS * len(SHAPES))]
    assert len(set(pairs)) == COLOURS * len(SHAPES)


@pytest.mark.parametrize("series", range(7))
def test_shapes_are_centred_on_their_point(series):
    root = ElementTree.fromstring(shape(series, 10.0, 20.0, 3.0))
    if "points" in root.attrib:
        xs = [float(pair.split(",")[0]) for pair in root.attrib["points"].split()]
        assert (min(xs) + max(xs)) / 2 == pytest.approx(10.0)
    elif "cx" in root.attrib:
        assert (root.get("cx"), root.get("cy")) == ("10", "20")
    else:
        assert float(root.get("x", 0)) + float(root.get("width", 0)) / 2 == pytest.approx(10.0, abs=0.01)


def test_a_mark_has_its_interval_and_tooltip():
    root = ElementTree.fromstring(mark(0, 10, 5, 8, 13, "German & more", strong=False, radius=3))
    assert root.findtext("title") == "German & more"
    line = root.find("line")
    assert line is not None
    assert (line.get("x1"), line.get("x2")) == ("8", "13")
    assert "hollow" in root.get("class", "")


def test_keys_are_hidden_from_screen_readers():
    assert ElementTree.fromstring(key_mark(3)).get("aria-hidden") == "true"
