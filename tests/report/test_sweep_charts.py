from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from sprachbund.report.sweep_charts import (
    curve_panels,
    languages_map,
    luck_panels,
    source_panel,
    tasks_map,
)

SVG = "{http://www.w3.org/2000/svg}"


def _titles(drawing: str) -> list[str]:
    return ["".join(title.itertext()) for title in ElementTree.fromstring(drawing).iter("title")]


def test_layer_by_task_has_a_cell_for_every_layer_that_was_run(sweep):
    drawn = tasks_map(sweep)
    told = _titles(drawn.svg)
    assert sum(title.startswith("ud_pos, layer") for title in told) == 5  # DLFA 3, 9, 11; single layers 6, 9
    assert sum(title.startswith("xnli, layer") for title in told) == 5
    assert drawn.svg.count('class="chosen"') == 4
    assert _titles(drawn.phone)[1:] == told[1:]


def test_layer_by_language_groups_families_and_ends_with_control_and_mean(sweep):
    part = sweep.parts[0]
    curve = next(curve for curve in part.curves if curve.aggregator == "DLFA (literal)")
    drawn = languages_map(part, curve, sweep.level)
    root = ElementTree.fromstring(drawn.svg)
    headings = [item.text for item in root.iter("text") if item.get("class") == "heading"]
    assert headings == ["Source language", "Indo-European", "Uralic", "Single-language families", "All targets"]
    told = _titles(drawn.svg)
    assert sum(title.startswith("Finnish (Uralic), ") for title in told) == 4  # three layers and the control
    assert any(title.startswith("ud_pos, layer 9: +") for title in told)
    assert any("(Holm)" in title for title in told)


def test_curves_of_dlfa_alone_bear_the_reported_gain(sweep):
    panels = {panel.name: panel for panel in curve_panels(sweep.parts[0], sweep.level)}
    assert set(panels) == {"curve-ud-pos-dlfa-literal", "curve-ud-pos-single-layer"}
    assert "reported by 2205.08497 (mBERT): +1.5 F1" in panels["curve-ud-pos-dlfa-literal"].svg
    assert "2205.08497" not in panels["curve-ud-pos-single-layer"].svg
    unknown = replace(sweep.parts[0], reported=None)
    assert all("2205.08497" not in panel.svg for panel in curve_panels(unknown, sweep.level))


def test_luck_is_drawn_for_every_choice(sweep):
    part = sweep.parts[0]
    assert len(luck_panels(part)) == 2
    without = replace(part, choices=tuple(replace(choice, luck=None) for choice in part.choices))
    assert luck_panels(without) == []


def test_systems_far_away_are_counted_not_drawn(sweep):
    part = sweep.parts[0]
    drawn = source_panel(part)
    assert drawn.label == "Targets against English"
    far = [replace(system, targets=replace(system.targets, mean=5.0)) if system.layer == 3 else system
           for system in part.systems]
    drawn = source_panel(replace(part, systems=tuple(far)))
    assert drawn.label.endswith("1 system far away not drawn")
    assert source_panel(replace(part, systems=tuple(replace(s, source=None) for s in part.systems))) is None


def test_files_are_whole_by_themselves_and_names_differ(sweep):
    drawings = [tasks_map(sweep)]
    for part in sweep.parts:
        drawings += [*curve_panels(part, sweep.level), *luck_panels(part), source_panel(part),
                     *(languages_map(part, curve, sweep.level) for curve in part.curves)]
    assert len({drawn.name for drawn in drawings}) == len(drawings)
    for drawn in drawings:
        root = ElementTree.fromstring(drawn.standalone)
        assert root.tag == f"{SVG}svg"
        assert root.find(f"{SVG}style") is not None


@pytest.mark.parametrize("given", [{}, {"seeds": (1, 2)}, {"targets": ("de", "fi")}, {"layers": (3, 9), "dev": False}])
def test_hardly_anything_is_drawn_all_the_same(small_sweep, given):
    found = small_sweep(**given)
    assert (tasks_map(found) is None) == ("layers" not in given)
    (part,) = found.parts
    assert luck_panels(part) == []
    assert len(curve_panels(part, found.level)) == len(part.curves)
    assert source_panel(part) is not None
