"""docs/languages.md quotes the recorded run and the tables as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sprachbund.languages.distances import distance, typology
from sprachbund.languages.language import LANGUAGES
from sprachbund.report.language_words import predictor_name
from sprachbund.report.stored import read_results
from sprachbund.results.languages_in_depth import languages_in_depth

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found():
    findings, _ = read_results(ROOT / "results" / "pos-en-ewt" / "results.json")
    return languages_in_depth(findings.scores, findings.targets, system=findings.systems[0].name, metric="accuracy",
                              source="en", encoder=findings.systems[0].encoder)


def test_the_table_of_predictors_is_that_of_the_recorded_run(found):
    lines = {cells[1].strip(): [cell.strip().replace("−", "-") for cell in cells[2:5]]
             for cells in (line.split("|") for line in PAGE.splitlines()) if len(cells) == 6 and "−" in "".join(cells)}
    assert set(lines) == {predictor_name(item.name) for item in found.predictors}
    for item in found.predictors:
        correlation, low, high = map(float, re.findall(r"[-+]?\d\.\d\d", lines[predictor_name(item.name)][0]))
        assert (correlation, low, high) == pytest.approx((item.correlation, item.low, item.high), abs=0.0051)
        assert float(lines[predictor_name(item.name)][1]) == pytest.approx(item.rank_correlation, abs=0.0051)
        assert float(lines[predictor_name(item.name)][2].strip(" %")) == pytest.approx(
            100 * item.predicted_share, abs=0.51)


def test_what_is_said_of_the_tables_is_so():
    known = [code for code in LANGUAGES if typology(code) is not None]
    assert f"Of {len(LANGUAGES)} languages {len(known)} have vectors" in PAGE
    assert sum(not typology(code).lineage for code in known) == 7
    assert typology("sk").attested("syntactic") == 0
    assert distance("syntactic", "en", "fr") == pytest.approx(0.188, abs=5e-4)
    assert (ROOT / "docs" / "transfer-map.svg").read_text(encoding="utf-8").startswith("<svg")
