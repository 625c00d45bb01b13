"""What a suite's report says: what is missing, what papers report in colour, partial means apart from scores."""

from sprachbund.report.html_parts import table_html
from sprachbund.report.run_info import RunInfo
from sprachbund.report.suite_contents import headline, tell_suite
from sprachbund.report.suite_tables import languages_table, score_table, tasks_table
from sprachbund.report.tables import NONE
from sprachbund.results.suite_scores import SuiteScores, TaskScores

XNLI = TaskScores("xnli", "XNLI", ("en", "de"), {"accuracy": {"en": 80.0, "de": 70.0}}, note="trained on a stand-in")
XQUAD = TaskScores("xquad", "XQuAD", ("en", "de"), {"exact_match": {"en": 40.0}, "f1": {"en": 60.0}}, qa=True)
GROUPS = {"classification": ("xnli",), "qa": ("xquad",)}
PARTIAL = SuiteScores("xtreme", "XTREME", "tiny", (XNLI, XQUAD), {"panx": "no folder"}, GROUPS, ("a fault",), ("note",))


def test_no_mean_is_told_with_what_it_lacks() -> None:
    assert headline(PARTIAL) == ("XTREME: 2 tasks scored, no overall mean (missing: panx; without all languages: "
                                 "xquad): classification 75.0.")
    whole = SuiteScores("xtreme", "XTREME", "tiny", (XNLI,), {}, {"classification": ("xnli",)})
    assert headline(whole) == "XTREME: 75.0 points over 1 task, English included: classification 75.0."


def test_partial_means_stand_beside_the_missing_score() -> None:
    lines = {line.cells[0].text: line.cells for line in tasks_table(PARTIAL).lines}
    assert (lines["XQuAD"][2].text, lines["XQuAD"][2].details) == (NONE, ("40.0 over 1 of 2",))
    assert "missing: de" in lines["XQuAD"][5].text
    assert lines["panx"][5].text == "missing: no folder"
    assert lines["XNLI"][5].text == "trained on a stand-in"


def test_reported_rows_are_coloured_and_named_with_their_source() -> None:
    table = score_table(PARTIAL)
    own, *reported = table.lines
    assert (own.kind, own.cells[0].text, own.cells[1].text) == ("", "tiny", NONE)
    assert {line.kind for line in reported} == {"reported"}
    assert all(line.cells[0].details[-1].startswith("reported: ") for line in reported)
    rembert = next(line for line in reported if "Table 16" in line.cells[0].details[-1] and
                   line.cells[0].text == "RemBERT")
    place = [column.label for column in table.columns].index("XQuAD")
    assert (rembert.cells[place].text, rembert.cells[place].details) == ("71.8", ("79.6 / 64.0",))
    assert 'class="reported"' in table_html(table)


def test_languages_have_english_and_the_mean_in_view() -> None:
    table = languages_table(XNLI)
    assert [line.kind for line in table.lines] == ["source", "", "source"]
    assert table.lines[-1].cells[3].text == "75.0"
    assert languages_table(XQUAD).lines[1].cells[3].text == NONE


def test_faults_and_notes_stand_in_the_report() -> None:
    contents = tell_suite(PARTIAL, RunInfo(title="", notes=("smoke",)))
    assert contents.notes == ("a fault", "note", "smoke")
    assert contents.not_tested == ("panx: no folder",)
    assert contents.title == "XTREME: tiny"
    assert contents.facts[2][1] == "2 languages in all: de, en"
