import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from sprachbund.data.ha_intents.expansion import Segment
from sprachbund.data.ha_intents.surface import Span, Surface, outside_words, stutters, surface, tagged, words

segments = st.lists(st.builds(Segment, st.text(alphabet=" \tab語ก็é-"), st.sampled_from([None, "area", "name"])))


@given(segments)
def test_text_is_normal_and_spans_lie_in_it_in_order(parts):
    item = surface(parts)
    assert item.text == " ".join(item.text.split())
    last = 0
    for span in item.spans:
        assert last <= span.start < span.end <= len(item.text)
        assert item.text[span.start : span.end] == item.text[span.start : span.end].strip()
        last = span.end
    joined = "".join(unicodedata.normalize("NFC", part.text) for part in parts)
    assert "".join(item.text.split()) == "".join(joined.split())


@given(segments)
def test_every_span_is_found_again_in_its_words(parts):
    item = surface(parts)
    forms, labels = tagged(item)
    assert "".join(forms) == item.text.replace(" ", "")
    begun = [label[2:] for label in labels if label.startswith("B-")]
    slots = [span.slot for span in item.spans]
    assert len(begun) <= len(slots)  # two spans may share a word: the first wins
    for previous, label in zip(("O", *labels), labels, strict=False):
        if label.startswith("I-"):
            assert previous[2:] == label[2:]


def test_a_word_that_a_span_touches_belongs_to_it():
    item = surface([Segment("set to ", None), Segment("50", "level"), Segment("% now", None)])
    assert tagged(item) == (("set", "to", "50%", "now"), ("O", "O", "B-level", "O"))


def test_two_values_of_one_slot_side_by_side_are_two_spans():
    item = surface([Segment("milk", "item"), Segment(" ", None), Segment("bread rolls", "item")])
    assert tagged(item)[1] == ("B-item", "B-item", "I-item")


def test_scripts_without_spaces_are_cut_at_characters_with_their_marks():
    def cut(text):
        return [text[start:end] for start, end in words(text)]

    assert cut("打开 TV灯50%") == ["打", "开", "TV", "灯", "50%"]
    assert cut("ที่นี่") == ["ที่", "นี่"]
    assert cut("주방 조명") == ["주방", "조명"]
    assert cut("") == []


def test_what_stands_beside_the_slots():
    item = Surface("turn - the lamp", (Span(11, 15, "name"),))
    assert outside_words(item) == ["turn", "the"]


def test_a_repeated_word_at_the_edge_of_a_slot():
    floor = surface([Segment("on the ", None), Segment("ground floor", "floor"), Segment(" floor", None)])
    light = surface([Segment("Light ", None), Segment("light", "name")])
    assert stutters(floor)
    assert stutters(light)
    assert not stutters(surface([Segment("no no ", None), Segment("lamp lamp", "name")]))
