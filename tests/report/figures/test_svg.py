from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from sprachbund.report.figures.svg import NAMESPACE, drawing, element, shortened, text, text_width

printable = st.text(st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=30)


@given(printable, printable)
def test_any_text_makes_valid_xml(content, title):
    body = text(content, 1, 2, class_="label")
    root = ElementTree.fromstring(drawing(10, 20, body, title=title, description=content, name="n", standalone=True))
    assert root.tag == f"{{{NAMESPACE}}}svg"
    assert (root.findtext(f"{{{NAMESPACE}}}title") or "") == title
    assert (root.findtext(f"{{{NAMESPACE}}}text") or "") == content


def test_a_drawing_in_a_page_has_no_name_space_and_no_styles():
    shown = drawing(10, 20, "", title="a", description="b", name="n")
    assert "xmlns" not in shown
    assert "<style" not in shown
    assert 'aria-labelledby="n-title n-description"' in shown


def test_attributes_are_escaped_and_numbers_are_short():
    assert element("g", class_='a"b', x=1.0, y=2.346) == '<g class="a&quot;b" x="1" y="2.35"/>'


@given(printable, st.floats(20, 200))
def test_shortened_text_fits(content, room):
    cut = shortened(content, 10, room)
    assert text_width(cut, 10) <= room or cut == "…"
    assert cut == content or cut.endswith("…")


def test_wide_scripts_count_double():
    assert text_width("中文", 10) == 2 * text_width("ab", 10)
