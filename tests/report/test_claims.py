"""The page of claims in its formats: every verdict with figures, intervals, seeds and what it lacks; nothing loaded."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from sprachbund.core.errors import FormatError
from sprachbund.report.claims_contents import number, tell_claims
from sprachbund.report.claims_html import claims_html
from sprachbund.report.claims_markdown import claims_markdown
from sprachbund.report.claims_terminal import print_claims
from sprachbund.report.finished_claims import FinishedClaims, read_claims
from sprachbund.report.run_info import RunInfo
from sprachbund.results.claims.decide import decide
from sprachbund.results.claims.evidence import Study
from sprachbund.results.claims.records import CheckResult
from sprachbund.results.claims.statements import STATEMENTS
from sprachbund.testing.simulated_sweep import LAST_LAYER, control, dlfa, simulate_sweep

CHECKS = (CheckResult("two-branches", ("C17",), "Two <branches>.", True, "seen"),
          CheckResult("hand-computed-case", ("C12",), "The equations.", False, "off by 3"))
VOID = {"meta", "br"}


@pytest.fixture(scope="module")
def finished() -> FinishedClaims:
    systems = [LAST_LAYER, control(), *dlfa({1: 0.2, 5: 2.5}, {5: 3.0})]
    rows = simulate_sweep(systems, data_set="ud_pos", words=20, seed_sd=0.1, remark="trained on <a stand-in>")
    findings = decide([Study("results/sweep", rows)], CHECKS, read=("results/sweep: rows",))
    return FinishedClaims(findings, RunInfo(title="Claims & more", command="sprachbund claims results",
                                            created="2026-11-21 18:00 UTC"))


class Nesting(HTMLParser):
    """Every tag closes the one that is open; ids, links inside the page, and text are kept."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if "href" in found else []
        self.loaded += [name for name in found if name in {"src", "srcset", "data", "poster"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "script"}:
            self.texts.append(data)


def test_the_page_is_whole_links_inside_itself_and_loads_nothing(finished: FinishedClaims) -> None:
    page = Nesting(claims_html(finished.contents))
    assert len(set(page.ids)) == len(page.ids)
    assert page.links
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert not page.loaded
    text = " ".join(" ".join(page.texts).split())
    for statement in STATEMENTS:
        assert statement.says in text
    assert "trained on <a stand-in>" in text
    assert "no verdicts on multilingual BERT" in text
    assert "Encoder: simulated rows: no encoder." in text


@pytest.mark.parametrize("tell", [claims_html, claims_markdown])
def test_every_figure_stands_with_interval_seeds_and_languages(finished: FinishedClaims, tell) -> None:
    text = re.sub(r"<[^>]+>|\\", " ", tell(finished.contents))
    figure = finished.verdict("C5").parts[0].figures[0]
    span = f"{number(figure.low, 'points')} to {number(figure.high, 'points')}"
    assert number(figure.value, "points") in text
    assert span in text
    assert "1, 2, 3" in text
    assert "9 languages" in text
    assert finished.verdict("C5").parts[0].told in text
    assert "(three seeds)" in text


def test_markdown_tables_have_as_many_cells_as_columns(finished: FinishedClaims) -> None:
    widths: list[int] = []
    for line in claims_markdown(finished.contents).splitlines():
        if not line.startswith("|"):
            widths.clear()
            continue
        widths.append(len(re.findall(r"(?<!\\)\|", line)))
        assert len(set(widths)) == 1, line


def test_the_headline_counts_each_claim_once(finished: FinishedClaims) -> None:
    headline = finished.contents.headline
    counts = re.findall(r"(\d+) (?:supported|smaller|parameter|middle|not|undecided|tested)", headline)
    assert sum(map(int, counts)) == len(STATEMENTS)
    assert headline.startswith("With tiny, of 17 claims: ")


def test_the_terminal_tells_verdicts_and_what_they_lack_in_80_columns(finished: FinishedClaims) -> None:
    out = io.StringIO()
    print_claims(Console(file=out, width=80), finished.contents)
    told = out.getvalue()
    assert max(map(len, told.splitlines())) <= 80
    assert "\x1b" not in told
    flat = " ".join(told.split())
    assert "C12 lacks: DLFA (literal) with the global branch" in flat
    assert "Check hand-computed-case is broken: off by 3" in flat
    assert "C5: ud_pos: trained on <a stand-in>" in flat
    assert "no verdicts on multilingual BERT" in flat
    assert all(re.search(rf"^{statement.claim}\b", told, re.M) for statement in STATEMENTS)


def test_claims_are_written_and_read(finished: FinishedClaims, tmp_path: Path) -> None:
    written = finished.write(tmp_path / "claims")
    assert sorted(path.name for path in (tmp_path / "claims").iterdir()) == ["claims.html", "claims.json", "claims.md"]
    assert read_claims(tmp_path / "claims") == written
    values = json.loads((tmp_path / "claims" / "claims.json").read_text())
    assert list(values)[:4] == ["format", "version", "speaks of", "provenance"]
    assert values["claims"]["C5"]["says"].startswith("It improves four data sets")


@pytest.mark.parametrize(("text", "told"), [
    (None, "there is no such file"), ("{", "not valid JSON"), ("{}", "expected 'sprachbund claims' of version 1"),
    ('{"format": "sprachbund claims", "version": 1}', "not verdicts of this version"),
])
def test_damaged_claims_are_told(tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / "claims.json").write_text(text)
    with pytest.raises(FormatError, match=told):
        read_claims(tmp_path)


def test_a_run_that_is_no_description_is_told(finished: FinishedClaims, tmp_path: Path) -> None:
    values = finished.to_json()
    values["run"] = {"command": 3}
    (tmp_path / "claims.json").write_text(json.dumps(values))
    with pytest.raises(FormatError, match="not a description of a run"):
        read_claims(tmp_path)


def test_contents_without_results_say_so() -> None:
    contents = tell_claims(decide([], ()), RunInfo(title="Claims"))
    assert contents.headline.startswith("Of 17 claims: 17 not tested here")
    assert "No results yet" in claims_html(contents)
