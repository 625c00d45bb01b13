from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from sprachbund.languages.distances import SOURCE, distance
from sprachbund.languages.segmentation import Segmentation
from sprachbund.report.contents import tell
from sprachbund.report.html import html_report
from sprachbund.report.language_charts import scatters, transfer_map
from sprachbund.report.language_contents import tell_languages
from sprachbund.report.language_tables import facts_table, models_table, predictors_table
from sprachbund.report.language_words import depth_notes, depth_sentences
from sprachbund.report.markdown import markdown_report
from sprachbund.report.run_info import RunInfo
from sprachbund.report.terminal import print_findings
from sprachbund.results.findings import findings_from_json, findings_json
from sprachbund.results.languages_in_depth import languages_in_depth

CODES = ("de", "nl", "fr", "es", "it", "ru", "fi", "et", "hu", "tr", "ja", "ko", "zh", "hi", "ar", "he", "vi", "th")


@pytest.fixture(scope="module")
def made(study):
    """Findings in which accuracy falls with syntactic distance, but for Finnish; pieces were counted."""
    rates = {code: 0.95 - distance("syntactic", "en", code) - (0.25 if code == "fi" else 0) for code in CODES}
    found = study({"last layer": 0.0}, rates={"en": 0.97, **rates}, n=400, seeds=(1, 2))
    rng = np.random.default_rng(0)
    pieces = {code: Segmentation(400, 0, 1000, 1000 + int(rng.integers(0, 1500)), 3 if code == "yo" else 0)
              for code in ("en", *CODES)}
    depth = languages_in_depth(found.scores, found.targets, system="last layer", metric="accuracy", source="en",
                               encoder="bundled:multilingual-e5-small", segmentation=pieces)
    return replace(found, languages=depth)


def test_sentences_name_predictors_error_and_outliers(made):
    sentences = depth_sentences(made.languages, 0.95)
    assert sentences[0].startswith("Over 18 target languages accuracy goes with these properties")
    assert re.search(r"syntactic distance −0\.\d\d \(−0\.\d\d to −0\.\d\d\)", sentences[0])
    assert "syntactic distance and fertility, stated beforehand" in sentences[1]
    assert re.search(r"with an error of \d+\.\d points; by their mean it would be \d+\.\d", sentences[1])
    assert re.search(r"by chance 0\.9 of 18 would be\): Finnish \(−\d+\.\d points", sentences[2])
    assert sentences[3].startswith("Chosen greedily by leave-one-out error: syntactic distance")


def test_noise_is_not_told_as_a_finding(study):
    rng = np.random.default_rng(4)
    rates = {code: float(rng.uniform(0.4, 0.6)) for code in CODES}
    found = study({"last layer": 0.0}, rates={"en": 0.9, **rates}, seeds=(1,))
    (first, *_, third) = depth_sentences(found.languages, 0.95)[:3]
    clear = [item for item in found.languages.predictors if item.low > 0 or item.high < 0]
    assert ("no property goes with accuracy beyond chance" in first) == (not clear)
    assert "standard errors from what" in third


def test_few_languages_are_told_as_too_few(findings):
    assert depth_sentences(findings.languages, 0.95) == (
        "There are too few target languages with known distances for a regression of accuracy.",)
    depth = tell_languages(findings.languages, findings.targets, findings.scores, findings.level)
    assert (depth.predictors, depth.models, depth.panels) == (None, None, ())
    assert depth.map is not None


def test_notes_tell_what_is_not_used_and_where_pretraining_stands(made, findings):
    assert any("XLM-R" in note for note in depth_notes(made.languages))
    assert "Not used: fertility (not measured)." in depth_notes(findings.languages)
    left = replace(made.languages, left_out=(("tok", "URIEL does not know it"),))
    assert "Not in the regressions: Toki Pona (URIEL does not know it)." in depth_notes(left)


def test_the_table_of_facts_has_every_language_with_gap_and_residual(made):
    table = facts_table(made.languages, made.targets, made.scores, "facts")
    labels = [column.label for column in table.columns]
    lines = {line.cells[0].text: dict(zip(labels, (cell.text for cell in line.cells), strict=True))
             for line in table.lines}
    assert len(lines) == len(CODES) + 1
    assert (lines["English"]["Gap"], lines["English"]["Syntactic"], lines["English"]["Residual"]) == ("–", "0.00", "–")
    assert lines["German"]["Syntactic"] == "0.10"
    assert lines["German"]["Pretrained"] == "yes"
    assert float(lines["Finnish"]["Residual"].replace("−", "-")) < -15
    assert lines["Japanese"]["Genetic"] == "1.00"
    assert SOURCE in table.caption


def test_tables_of_predictors_and_regressions(made, findings):
    predictors = predictors_table(made.languages, "p")
    assert predictors.lines[0].cells[0].text == "syntactic distance"
    assert len(predictors.lines) == 6
    models = models_table(made.languages, "m")
    assert [line.cells[1].text for line in models.lines][:2] == ["syntactic distance", "fertility"]
    assert {line.cells[0].text for line in models.lines} == {"stated beforehand", "chosen greedily"}
    assert predictors_table(findings.languages, "p") is None
    assert models_table(findings.languages, "m") is None


def test_drawings_name_their_languages_and_far_ones_stand_out(made):
    drawn = transfer_map(made.languages, made.targets, made.scores, "map")
    told = ["".join(item.itertext()) for item in ElementTree.fromstring(drawn.svg).iter("title")]
    for target in made.targets:
        assert any(title.startswith(f"{target.name}: ") for title in told)
    panels = scatters(made.languages, made.targets, "against")
    assert [panel.name for panel in panels][:2] == ["against-syntactic", "against-fertility"]
    emphasised = [item.text for item in ElementTree.fromstring(panels[0].svg).iter("text")
                  if item.get("class") == "tick emphasised"]
    assert emphasised == ["fi"]


def test_a_source_that_was_not_scored_is_on_the_map_all_the_same(made):
    targets = tuple(target for target in made.targets if not target.is_source)
    drawn = transfer_map(made.languages, targets, made.scores, "map")
    assert "English: the source" in drawn.svg
    assert transfer_map(made.languages, targets[:1], made.scores, "map") is None


def test_all_formats_tell_it(made, info):
    contents = tell(made, info)
    page, text = html_report(contents), markdown_report(contents)
    for sentence in depth_sentences(made.languages, made.level):
        assert sentence.split(" (")[0] in page
    assert '<section id="map">' in page
    assert 'id="languages-in-depth"' in page
    assert "## Languages in depth: last layer" in text
    assert "### Regression of transfer" in text
    assert "## By distance" in text
    assert contents.pretraining is None  # all of these languages are in it
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_terminal_tells_the_first_three_sentences(made, capsys):
    print_findings(Console(width=400), made)
    shown = capsys.readouterr().out
    for sentence in depth_sentences(made.languages, made.level)[:3]:
        assert sentence[:60] in shown


def test_findings_with_languages_go_to_json_and_back_and_old_ones_are_read(made):
    values = findings_json(made)
    assert findings_from_json(values) == made
    old = {name: value for name, value in values.items() if name not in ("languages", "group_gaps")}
    assert findings_from_json(old).languages is None
    assert tell(findings_from_json(old), RunInfo(title="old")).depth is None
