from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from sprachbund.report.figures.language_scatter import LanguagePoint, language_scatter


def drawn(points, line=(90.0, -40.0)):
    return ElementTree.fromstring(language_scatter(
        points, line=line, labels=("syntactic distance", "accuracy"), width=352, height=250, name="s", title="t",
        description="d"))


def crowd(count):
    rng = np.random.default_rng(0)
    return [LanguagePoint(f"l{number}", float(x), float(90 - 40 * x), "told", number == count - 1)
            for number, x in enumerate(rng.uniform(0.3, 0.4, count))]


def test_every_language_has_a_dot_and_those_to_be_named_have_their_code():
    root = drawn(crowd(40))
    assert len(list(root.iter("circle"))) == 40
    codes = [item for item in root.iter("text") if (item.text or "").startswith("l")]
    assert len(codes) < 40  # there is no room for all
    assert "l39" in [item.text for item in codes if item.get("class") == "tick emphasised"]


def test_codes_lie_inside_and_not_on_one_another():
    boxes = []
    for item in drawn(crowd(25)).iter("text"):
        if (item.text or "").startswith("l"):
            x, y = float(item.get("x")), float(item.get("y"))
            boxes.append((x, y))
            assert 40 <= x <= 352
    for number, (x, y) in enumerate(boxes):
        assert all(abs(x - a) > 5 or abs(y - b) > 5 for a, b in boxes[number + 1 :])


@pytest.mark.parametrize("line", [(90.0, -40.0), (50.0, 400.0), (80.0, 0.0)])
def test_the_line_stays_in_the_plotting_area(line):
    points = [LanguagePoint("a", 0.0, 70.0, ""), LanguagePoint("b", 0.5, 90.0, "")]
    (found,) = (item for item in drawn(points, line).iter("line") if item.get("class") == "equal-gap")
    for axis, low, high in (("x1", 40, 340), ("x2", 40, 340), ("y1", 24, 212), ("y2", 24, 212)):
        assert low - 0.01 <= float(found.get(axis)) <= high + 0.01


def test_without_a_line_there_is_none():
    assert not [item for item in drawn(crowd(3), None).iter("line") if item.get("class") == "equal-gap"]
