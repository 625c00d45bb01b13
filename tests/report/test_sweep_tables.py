from __future__ import annotations

import math

from sprachbund.report.numbers import signed, signed_span
from sprachbund.report.sweep_tables import (
    choices_table,
    equal_source_table,
    gain_cell,
    gains_table,
    language_cell,
    languages_table,
    systems_table,
)

REMARK = "Stand-in training set: SNLI for MultiNLI."


def test_gains_have_both_intervals_p_and_what_could_have_been_found(sweep):
    table = gains_table(sweep)
    assert [line.group for line in table.lines] == (
        ["ud_pos: accuracy, 9 languages, seeds 1, 2, 3"] * 4 + ["xnli: accuracy, 9 languages, seeds 1, 2, 3"] * 4)
    line = next(line for line in table.lines if line.cells[0].text == "DLFA (k=9, literal)")
    gain = sweep.parts[0].contender("DLFA (literal)").gain
    assert line.cells[0].details == ("best of 3 layers on English dev",)
    assert line.cells[1].tone == "better"
    assert [detail.split()[0] for detail in line.cells[1].details][1:] == ["like", "sd"]
    assert line.cells[1].sort == gain.mean
    assert line.cells[2].sort == gain.here.p_tasks
    assert float(line.cells[5].text) == round(gain.here.detectable, 1)
    mixed = sweep.parts[0].contender("DLFA (literal)").mixed
    assert mixed.low < gain.mean < mixed.high
    assert line.cells[6].text == signed(mixed.mean)
    assert line.cells[6].details == (signed_span(mixed),)
    control = table.lines[0]
    assert control.cells[3].text == "is the control"


def test_every_table_names_intervals_and_stand_ins(sweep):
    part = sweep.parts[1]
    tables = [gains_table(sweep), choices_table(sweep), equal_source_table(sweep), systems_table(part, sweep.level),
              *(languages_table(part, curve, sweep.level) for curve in part.curves)]
    for table in tables:
        assert "95% interval" in table.caption, table.name
        assert REMARK in table.caption, table.name
    assert len({table.name for table in tables}) == len(tables)


def test_choices_name_layer_by_seed_oracle_and_luck(sweep):
    table = choices_table(sweep)
    line = next(line for line in table.lines if line.cells[0].text == "DLFA (literal)")
    assert line.cells[1].text == "layer 9"
    assert line.cells[1].details == ("by seed 9, 9, 9",)
    assert line.cells[5].details == ("the same layer",)
    assert line.cells[6].details[0].startswith("5 in 100 above +")
    assert line.cells[6].details[1].startswith("seeds alone ")
    assert math.isfinite(line.cells[7].sort)


def test_a_gain_holds_at_every_rate_where_both_ends_bear_it(sweep):
    table = equal_source_table(sweep)
    line = next(line for line in table.lines if line.cells[0].text == "DLFA (k=9, literal)")
    assert line.cells[-1].text == "at every rate"
    assert "slope" in line.cells[3].details[1]
    holds = {line.cells[-1].text for line in table.lines if line.group.startswith("xnli")}
    assert "not told" in holds


def test_systems_tell_the_baseline_settings_and_scores(sweep):
    part = sweep.parts[0]
    table = systems_table(part, sweep.level)
    assert table.lines[0].kind == "source"
    assert table.lines[0].cells[5].text == "–"
    assert len(table.lines) == len(part.systems)
    assert all(line.cells[3].details for line in table.lines)


def test_every_language_and_layer_has_a_cell_with_its_interval(sweep):
    part = sweep.parts[0]
    curve = next(curve for curve in part.curves if curve.aggregator == "DLFA (literal)")
    table = languages_table(part, curve, sweep.level)
    assert len(table.lines) == 10
    assert [column.label for column in table.columns[3:]] == ["layer 3", "layer 9", "layer 11"]
    assert all(" to " in cell.details[0] for line in table.lines for cell in line.cells[3:])


def test_cells_of_nothing_are_dashes():
    assert gain_cell(None).text == language_cell(None, 0.95).text == "–"


def test_hardly_anything_makes_tables(small_sweep):
    found = small_sweep()
    assert choices_table(found) is None
    (line,) = gains_table(found).lines
    assert line.cells[1].details[1] == "one family"
    assert line.cells[3].text == "–"
    assert line.cells[5].text == "–"
    table = equal_source_table(found)
    assert table.lines[0].cells[3].text == "–"
