"""The report of a probe in its three formats; what stands in one stands in all."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from sprachbund.core.errors import DataError, FormatError
from sprachbund.report.finished_probe import FinishedProbe, is_probe, read_finished_probe
from sprachbund.report.probe_contents import headline, tell_probe
from sprachbund.report.probe_figures import interval, number
from sprachbund.report.probe_html import probe_html
from sprachbund.report.probe_markdown import probe_markdown
from sprachbund.report.probe_tables import effects_table, languages_table, measure_table, trends_table
from sprachbund.report.probe_terminal import print_probe
from sprachbund.report.run_info import DataNote, RunInfo
from tests.results.probe_samples import findings

INFO = RunInfo(title="What the layers of tiny hold", command="sprachbund probe tiny", hardware="two cores",
               settings={"sentences": 100}, versions={"torch": "2"}, created="today",
               cards=(DataNote("Tatoeba", "sentences", "CC BY 2.0 FR"),))


def test_the_headline_says_where_translations_are_found_best() -> None:
    only = headline(findings("before"))
    assert re.fullmatch(r"Translations are the nearest sentence \(mean pooling, languages centred\) to 80\.0 "
                        r"\(\d\d\.\d to \d\d\.\d\) per cent in layer 2, in layer 4 20\.0 \(.*\)\.", only)
    both = headline(findings())
    assert "before fine-tuning 80.0" in both
    assert "in the fused state 50.0" in both


def test_figures_for_every_measure_with_a_line_a_model() -> None:
    contents = tell_probe(findings(), INFO)
    names = {drawn.name for drawn in contents.drawings()}
    assert {"retrieval-mean", "retrieval-mean-centred", "retrieval-first-centred", "cka-mean", "language_identity-mean",
            "pos", "contrast-family", "contrast-script", "removal-before", "removal-after", "gates"} <= names
    assert {"family-after-2", "family-after-fused"} <= names
    for drawn in contents.drawings():
        ElementTree.fromstring(drawn.standalone)
    pos = next(drawn for drawn in contents.drawings() if drawn.name == "pos")
    assert pos.svg.count('class="curve"') == 2
    assert "after, fused state: 70.0" in pos.svg
    assert len(names) == len(contents.drawings())


def test_an_encoder_alone_has_neither_gate_nor_task() -> None:
    contents = tell_probe(findings("before"), INFO)
    assert "gates" not in {section.name for section in contents.sections}
    assert effects_table(findings("before")) is None
    assert contents.roles == ("before",)


def test_the_page_is_whole_and_stands_alone() -> None:
    page = probe_html(tell_probe(findings(), INFO))
    assert page.count("<h1>") == 1
    assert "Encoder: tiny, made for tests." in page
    assert "dependency depth: no heads" in page
    assert "sprachbund probe tiny" in page
    assert "CC BY 2.0 FR" in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    links = re.findall(r'href="#([^"]+)"', page)
    assert set(links) <= set(re.findall(r'id="([^"]+)"', page))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_markdown_names_its_figures_and_has_the_same_numbers() -> None:
    contents = tell_probe(findings(), INFO)
    text = probe_markdown(contents, "figures")
    for drawn in contents.drawings():
        assert f"(figures/{drawn.name}.svg)" in text
    for section in contents.sections:
        for table in section.tables:
            assert table.lines[0].cells[1].text in text
    assert "> Encoder: tiny, made for tests." in text


def test_tables_have_the_values_and_their_intervals() -> None:
    table = measure_table(findings(), "pos", "caption")
    assert table is not None
    assert [column.label for column in table.columns] == ["State", "before", "after"]
    fused = table.lines[-1].cells
    assert (fused[0].text, fused[1].text, fused[2].text) == ("fused state", "–", "70.0")
    assert re.fullmatch(r"\d\d\.\d to \d\d\.\d", fused[2].details[0])
    trends = trends_table(findings())
    assert trends is not None
    assert any(line.cells[0].text == "Labels of words" and line.cells[2].text == "4" for line in trends.lines)
    effects = effects_table(findings())
    assert effects is not None
    assert [line.cells[0].text for line in effects.lines] == ["without language", "without random", "frozen gate"]
    assert [line.cells[3].text for line in effects.lines] == ["−2.0", "−0.2", "−1.0"]
    languages = languages_table(findings())
    assert languages is not None
    assert {line.cells[1].text for line in languages.lines} == {"de", "nl", "fr", "ru", "tr", "ja", "en"}


def test_measure_that_was_not_taken_has_no_table() -> None:
    assert measure_table(findings(), "retrieval_backward", "") is None


def test_the_terminal_fits_80_columns() -> None:
    out = StringIO()
    print_probe(Console(file=out, width=80), findings())
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    text = " ".join(" ".join(lines).split())
    assert "before fine-tuning: tiny" in text
    assert "without language −2.0, without random −0.2, frozen gate −1.0" in text
    assert "not tested here: dependency depth: no heads" in text
    assert "Encoder: tiny, made for tests." in text


def test_a_finished_probe_there_and_back(tmp_path: Path) -> None:
    finished = FinishedProbe(findings(), INFO)
    with pytest.raises(DataError, match="has no folder yet"):
        _ = finished.report
    written = finished.write(tmp_path / "out")
    assert is_probe(tmp_path / "out")
    assert read_finished_probe(tmp_path / "out") == written
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "probe.html", "probe.md", "probe.json", "curves.parquet", "info.json", "figures", "tables", "references.bib"}
    assert repr(written).startswith("<FinishedProbe: before: tiny, after: DLFA")
    (tmp_path / "out" / "info.json").unlink()
    with pytest.raises(FormatError, match="not a description of a probe"):
        read_finished_probe(tmp_path / "out")


def test_numbers_have_true_minus_signs() -> None:
    assert (number(-1.25, points=True), number(-0.456, points=False)) == ("−1.2", "−0.46")
    assert interval(None, 1.0, points=True) == ""
    assert interval(-1.0, 1.0, points=True) == "−1.0 to 1.0"
