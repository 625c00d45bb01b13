from __future__ import annotations

import numpy as np

from sprachbund.report.lookup import Lookup
from sprachbund.report.tables import (
    averages_table,
    comparisons_table,
    handled_summary,
    handled_table,
    languages_table,
    systems_table,
)

A, B = "last layer", "DLFA (k=10, literal)"


def test_every_line_has_a_cell_for_every_column(findings):
    look = Lookup(findings)
    comparison = comparisons_table(look)
    assert comparison is not None
    tables = [languages_table(look, findings.metric), averages_table(look, "family"), averages_table(look, "script"),
              comparison, systems_table(look), handled_table(look)]
    for table in tables:
        assert all(len(line.cells) == len(table.columns) for line in table.lines), table.name


def test_languages_have_score_interval_and_deviation_of_each_system(findings):
    table = languages_table(Lookup(findings), findings.metric)
    german = next(line for line in table.lines if line.cells[0].text == "German")
    scores = [cell for cell, column in zip(german.cells, table.columns, strict=True) if column.label in (A, B)]
    assert len(scores) == 2
    assert all("–" in cell.details[0] and cell.details[1].startswith("sd ") for cell in scores)
    assert "seeds 1, 2, 3" in table.caption
    assert {line.cells[1].text: line.kind for line in table.lines} == {
        "en": "source", "de": "", "de-CH": "variant", "fi": "", "th": ""
    }


def test_one_seed_is_said_in_the_caption_and_no_zero_stands_for_it(study):
    found = study(seeds=(1,))
    table = languages_table(Lookup(found), found.metric)
    assert "One seed: no deviation over seeds can be given." in table.caption
    assert not any("sd" in detail for line in table.lines for cell in line.cells for detail in cell.details)


def test_significant_differences_have_a_tone_and_others_have_none(study):
    for gain, tone in ((0.2, "better"), (-0.2, "worse"), (0.0, "")):
        found = study({A: 0.0, B: gain}, rates={"en": 0.5, "de": 0.5, "fi": 0.5}, n=300)
        table = languages_table(Lookup(found), found.metric)
        place = [column.label for column in table.columns].index("Difference")
        assert {line.cells[place].tone for line in table.lines} == {tone}


def test_averages_name_their_language_set_and_leave_the_source_out(findings):
    table = averages_table(Lookup(findings), "family")
    sets = {line.cells[0].text: line.cells[0].details[0] for line in table.lines}
    assert sets == {
        "Indo-European": "1 language: de", "Kra-Dai": "1 language: th", "Uralic": "1 language: fi",
        "All targets": "3 languages: de, fi, th", "All targets and the source": "4 languages: de, en, fi, th",
    }
    place = [column.label for column in table.columns].index("Gap, last layer")
    assert [line.cells[place].text for line in table.lines if not line.cells[place].details] == ["–"]
    assert table.lines[-1].cells[place].text == "–"  # a gap to a set that holds the source itself is none
    assert all(len(cell.details) >= 1 for line in table.lines[:-1] for cell in line.cells)


def test_scripts_are_told_by_name(findings):
    names = [line.cells[0].text for line in averages_table(Lookup(findings), "script").lines]
    assert names[:2] == ["Latin", "Thai"]


def test_a_single_system_is_compared_with_nothing(study):
    assert comparisons_table(Lookup(study({A: 0.0}))) is None


def test_several_comparisons_say_that_they_are_corrected(study):
    table = comparisons_table(Lookup(study({A: 0.0, "x": 0.1, "y": 0.2})))
    assert table is not None
    assert "corrected by Holm over the systems" in table.caption
    assert [line.cells[0].text for line in table.lines] == ["x", "y"]
    assert "4 better, 0 worse" in {line.cells[-1].text for line in table.lines}


def test_only_languages_with_something_to_tell_are_listed(study):
    counted = np.zeros(150, dtype=np.int64)
    counted[:3] = 1
    quiet = study({A: 0.0}, seeds=(1,))
    assert handled_table(Lookup(quiet)).lines == ()
    loud = study({A: 0.0}, seeds=(1,), windowed=counted, unpredicted=counted, ignored=counted, repaired=2 * counted,
                 notes={"blank_labels": 4})
    look = Lookup(loud)
    line = handled_table(look).lines[0]
    assert [cell.text for cell in line.cells[1:]] == ["150", "3", "3", "6", "3", "blank labels: 4"]
    told = handled_summary(look)
    assert "Of 750 scored words or texts, 15 were read through more than one window (2.00 %)" in told
    assert "15 have no prediction and count as wrong" in told
    assert "30 predicted labels repaired" in told


def test_systems_are_told_with_gate_layers_and_training(study):
    found = study({A: 0.0}, gate="literal", fusion="dlfa", layers=(10, 12), intermediate=("nli",))
    (line,) = systems_table(Lookup(found)).lines
    assert [cell.text for cell in line.cells] == [
        A, "bundled:multilingual-e5-small", "dlfa, literal gate", "10, 12", "nli, then toy, 1,200 examples", "1, 2, 3"
    ]
