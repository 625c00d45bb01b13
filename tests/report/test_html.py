from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sprachbund.report.contents import tell
from sprachbund.report.html import html_report, write_html

VOID = {"meta", "br", "input", "link", "img", "hr"}
LOADING = {"src", "href", "srcset", "data", "action", "poster", "xlink:href", "formaction", "background"}


class Page(HTMLParser):
    """Checks nesting and collects what a page holds."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> after {self.open[-3:]}"

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "script"}:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


@pytest.fixture(scope="module")
def page_text(wide_findings) -> str:
    from sprachbund.report.run_info import DataNote, RunInfo

    info = RunInfo(title="A <small> study & its report", command="sprachbund run 'my study.yaml'",
                   settings={"training": {"learning_rate": 1e-4}}, versions={"torch": "2.13.0"},
                   timings={"train": 75.2}, hardware="two cores", notes=("There are no dev data in en.",),
                   cards=(DataNote("toy", "By chance.", "CC0-1.0", "Nobody (2026)", "https://example.org/toy"),))
    return html_report(tell(wide_findings, info))


@pytest.fixture(scope="module")
def page(page_text: str) -> Page:
    return Page(page_text)


def test_the_page_is_well_formed_and_ids_are_unique(page):
    assert len(page.ids) == len(set(page.ids))
    assert [tag for tag, _ in page.tags][:3] == ["html", "head", "meta"]


def test_nothing_is_loaded_from_anywhere(page, page_text):
    for tag, attributes in page.tags:
        assert tag not in {"link", "iframe", "object", "embed", "img", "base"}
        assert not LOADING & set(attributes), (tag, attributes)
    assert "url(" not in page_text
    assert "@import" not in page_text
    code = page_text[page_text.index("<script>"):]
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|import |WebSocket|sendBeacon", code)
    assert re.findall(r"https?://[^\s<\"]+", page_text) == ["https://example.org/toy"]  # named as text, never loaded


def test_every_language_stands_in_table_and_charts(page, page_text, wide_findings):
    drawings = [ElementTree.fromstring(text) for text in re.findall(r"<svg.*?</svg>", page_text, re.DOTALL)]
    described = [item for item in drawings if item.get("role") == "img"
                 and not (item.get("aria-labelledby") or "").startswith(("map", "against"))]
    assert len(described) == 4  # scores and differences, for a desk and for a phone
    for target in wide_findings.targets:
        assert target.name in page.text
        for item in described[::2]:
            assert any(target.name in "".join(title.itertext()) for title in item.iter("title"))


def test_every_table_and_chart_bears_the_provenance(page_text):
    sentence = "multilingual-e5-small, dequantised from 4 bit: not mBERT"
    for caption in re.findall(r'<p class="caption" id="[^"]*">(.*?)</p>', page_text):
        assert sentence in caption
    assert page_text.count("<caption>") == len(re.findall(r'<p class="caption" id=', page_text))
    assert f'<p class="provenance">Encoder: {sentence}.</p>' in page_text
    chart = page_text[page_text.index('<section id="chart">'):]
    assert sentence in chart[: chart.index("</section>")]


def test_charts_have_title_and_description(page_text):
    for text in re.findall(r"<svg[^>]*role=\"img\".*?</svg>", page_text, re.DOTALL):
        root = ElementTree.fromstring(text)
        named = [item for item in root if item.tag in {"title", "desc"}]
        assert [item.get("id") for item in named] == root.get("aria-labelledby", "").split()
        assert all(item.text for item in named)


def test_tables_have_headings_with_a_scope(page):
    heads = [attributes for tag, attributes in page.tags if tag == "th"]
    assert heads
    assert all(attributes.get("scope") in {"row", "col"} for attributes in heads)
    tables = [attributes for tag, attributes in page.tags if tag == "table" and attributes.get("class") != "pairs"]
    assert all(attributes["aria-describedby"] in page.ids for attributes in tables)


def test_text_of_users_is_escaped(page, page_text):
    assert "<small>" not in page_text
    assert "A <small> study & its report" in page.text
    assert "sprachbund run 'my study.yaml'" in page.text


def test_the_page_tells_how_it_was_made(page):
    for told in ("training.learning_rate", "0.0001", "torch", "2.13.0", "1 min 15 s", "two cores", "CC0-1.0",
                 "Nobody (2026)", "There are no dev data in en.", "One seed: the intervals cover"):
        assert told in page.text


def test_numbers_can_be_sorted_without_their_typography(page):
    cells = [attributes for tag, attributes in page.tags if tag == "td" and "number" in (attributes.get("class") or "")]
    sortable = [attributes["data-sort"] for attributes in cells if "data-sort" in attributes]
    assert sortable
    assert all(float(value or "") == float(value or "") for value in sortable)


def test_the_viewport_fits_phones_and_both_themes_are_there(page, page_text):
    viewport = {attributes.get("content") for tag, attributes in page.tags if attributes.get("name") == "viewport"}
    assert viewport == {"width=device-width, initial-scale=1"}
    assert "prefers-color-scheme: dark" in page_text
    assert ':root[data-theme="dark"]' in page_text


@pytest.mark.parametrize("gains", [{"a": 0.0}, {"a": 0.0, "b": 0.1}, {str(number): number / 50 for number in range(7)}])
def test_any_number_of_systems_makes_a_well_formed_page(study, info, gains):
    page = Page(html_report(tell(study(gains), info)))
    assert len(page.ids) == len(set(page.ids))
    assert all(name in page.text for name in gains)


def test_incomplete_findings_make_a_page_that_names_what_is_missing(study, info):
    found = study(drop=lambda row: row.target == "fi" and row.seed == 2)
    page = Page(html_report(tell(found, info)))
    assert "fi is in no average and no comparison: no row of last layer seed 2" in page.text
    assert "No row: last layer, seed 2, fi, accuracy, test." in page.text


def test_a_study_without_a_source_score_makes_a_page(study, info):
    page = Page(html_report(tell(study(rates={"de": 0.5, "fi": 0.4}), info)))
    assert "Transfer gap" not in page.text


def test_the_same_findings_make_the_same_page(findings, info, tmp_path: Path):
    write_html(tmp_path / "report.html", findings, info)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == html_report(tell(findings, info))
