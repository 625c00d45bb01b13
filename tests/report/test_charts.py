from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sprachbund.report.charts import charts
from sprachbund.report.lookup import Lookup

NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("phone", [False, True])
def test_standalone_figures_are_valid_xml_with_styles_and_names(wide_findings, phone):
    drawn = charts(Lookup(wide_findings))
    for text in (drawn.scores(phone=phone, standalone=True),
                 drawn.difference(drawn.differences[0], phone=phone, standalone=True)):
        root = ElementTree.fromstring(text)
        assert "--s1" in (root.findtext(f"{NAMESPACE}style") or "")
        labels = {item.text for item in root.iter(f"{NAMESPACE}text")}
        assert {"English", "Finnish", "Korean"} <= labels


def test_on_a_desk_the_differences_share_the_rows_of_the_scores(findings):
    drawn = charts(Lookup(findings))
    heights = {ElementTree.fromstring(text).get("viewBox", "").split()[-1]
               for text in (drawn.scores(), drawn.difference(drawn.differences[0]))}
    assert len(heights) == 1


def test_significant_points_are_strong(study):
    drawn = charts(Lookup(study({"a": 0.0, "b": 0.2}, rates={"en": 0.5, "de": 0.5}, n=300)))
    points = [row.points[0] for group in drawn.differences[0].groups for row in group.rows]
    assert all(point is not None and point.strong for point in points)


def test_variants_are_indented_below_their_language(findings):
    rows = [row for group in charts(Lookup(findings)).groups for row in group.rows]
    assert [(row.label, row.indented) for row in rows if row.note.startswith("de")] == [
        ("German", False), ("(Switzerland)", True)
    ]


def test_tooltips_tell_language_family_system_and_interval(findings):
    drawn = charts(Lookup(findings))
    row = next(row for group in drawn.groups for row in group.rows if row.label == "Finnish")
    assert row.points[0] is not None
    assert row.points[0].told.startswith("Finnish (Uralic), last layer: ")


def test_a_language_that_one_system_lacks_has_a_gap(study):
    found = study(drop=lambda row: row.target == "fi" and row.system != "last layer")
    row = next(row for group in charts(Lookup(found)).groups for row in group.rows if row.label == "Finnish")
    assert row.points[0] is not None
    assert row.points[1] is None
