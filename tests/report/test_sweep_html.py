from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from sprachbund.report.sweep_contents import tell_sweep
from sprachbund.report.sweep_html import sweep_html, write_sweep_html

VOID = {"meta", "br", "input", "link", "img", "hr"}


class Page(HTMLParser):
    """Checks nesting and collects ids, links and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> after {self.open[-3:]}"

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "script"}:
            self.texts.append(data)


@pytest.fixture(scope="module")
def text(sweep) -> str:
    from sprachbund.report.run_info import RunInfo

    return sweep_html(tell_sweep(sweep, RunInfo(title="A <small> sweep", command="sprachbund sweep 'my sweep.yaml'")))


def test_the_page_is_well_formed_and_links_lead_somewhere(text):
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} == {"task-ud_pos", "task-xnli"}
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert "A <small> sweep" in "".join(page.texts)
    assert "sprachbund sweep 'my sweep.yaml'" in "".join(page.texts)


def test_nothing_is_loaded_from_anywhere(text):
    page = Page(text)
    assert not {tag for tag, _ in page.tags} & {"link", "iframe", "object", "embed", "img", "base"}
    assert not any({"src", "srcset", "xlink:href"} & set(attributes) for _, attributes in page.tags)
    assert "url(" not in text
    assert "@import" not in text


def test_every_table_and_figure_bears_remark_and_provenance(text):
    captions = re.findall(r'<p class="caption" id="[^"]*">(.*?)</p>', text)
    assert captions
    for caption in captions:
        assert "Encoder: simulated rows: no encoder." in caption
    inference = text[text.index('<section id="task-xnli">'):]
    inference = inference[: inference.index("</section>")]
    notes = re.findall(r'<p class="(?:source-note|caption" id="[^"]*)">(.*?)</p>', inference)
    assert len(notes) >= 4
    assert all("Stand-in training set: SNLI for MultiNLI." in note for note in notes)
    across = text[: text.index('<section id="task-ud_pos">')]
    for caption in re.findall(r'<p class="(?:source-note|caption" id="[^"]*)">(.*?)</p>', across):
        assert "Stand-in training set: SNLI for MultiNLI." in caption


def test_tables_across_tasks_head_each_task_with_its_language_set(text):
    heads = re.findall(r'<tr class="group"><th scope="rowgroup" colspan="\d"><span>(.*?)</span>', text)
    assert heads.count("ud_pos: accuracy, 9 languages, seeds 1, 2, 3") == 3
    assert heads.count("xnli: accuracy, 9 languages, seeds 1, 2, 3") == 3


def test_reported_gains_are_marked_as_reported(text):
    assert "reported by 2205.08497 (mBERT): +1.5 F1" in text
    assert "reported by 2205.08497 (mBERT): +1.5 accuracy" in text


@pytest.mark.parametrize("given", [{}, {"seeds": (1, 2), "layers": (3, 9)}, {"targets": ("de", "fi"), "dev": False}])
def test_hardly_anything_makes_a_page(small_sweep, info, given):
    page = Page(sweep_html(tell_sweep(small_sweep(**given), info)))
    assert len(page.ids) == len(set(page.ids))


def test_the_same_findings_make_the_same_page(sweep, info, tmp_path):
    write_sweep_html(tmp_path / "sweep.html", tell_sweep(sweep, info))
    assert (tmp_path / "sweep.html").read_text(encoding="utf-8") == sweep_html(tell_sweep(sweep, info))
