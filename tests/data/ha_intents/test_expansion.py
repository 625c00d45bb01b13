from itertools import islice

import pytest
from hassil.intents import TextSlotList
from hassil.parse_expression import parse_sentence
from hassil.sample import sample_expression

from sprachbund.data.ha_intents.expansion import SLOT_WAYS, Draw, may_be_bare, ways
from sprachbund.data.ha_intents.names import names
from sprachbund.data.ha_intents.surface import surface
from sprachbund.data.ha_intents.templates import Template, TemplateError, language_file, parse


def template(text, device="light"):
    return Template("Test.0.0", text, device, "label", "domain")


def draw(text, device="light", seed=0):
    return Draw(template(text, device), language_file("en"), names("en"), seed)


def drawn_texts(text, count=3000, **options):
    source = draw(text, **options)
    return {surface(source.next()).text for _ in range(count)}


@pytest.mark.parametrize(
    "text",
    ["turn on [the] (light|lamp)[s]", "[a|b] (c;d;[e]) f", "<timer_set> [a|an] timer", "<the> {brightness_level} x",
     "(on|in) ((a|b);c) [(d|e) [f]]"],
)
def test_the_set_of_texts_is_that_of_hassils_own_sampler(text):
    language = language_file("en")
    lists = {"brightness_level": TextSlotList.from_strings(language.lists["brightness_level"].values)}
    rules = {name: parse_sentence(f"{body}") for name, body in language._content["expansion_rules"].items()}
    every = sample_expression(parse_sentence(text).expression, lists, rules)
    assert drawn_texts(text) == {" ".join(one.split()) for one in every}


def test_open_lists_are_filled_with_names_of_the_right_kind():
    table = names("en")
    assert drawn_texts("{name}", device="lock") == set(table.lock)
    assert drawn_texts("{name}", device="input_boolean") == set(table.switch)
    assert drawn_texts("{area}") == set(table.area)
    assert drawn_texts("{shopping_list_item:item}") == set(table.item)


def test_spans_bear_the_slot_not_the_list():
    parts = draw("for {timer_hours:start_hours} hours").next()
    assert [part.slot for part in parts if part.slot] == ["start_hours"]


def test_a_value_that_is_a_template_is_one_span():
    parts = [part for part in draw("{media_class}").next() if part.slot]
    assert len(parts) == 1


def test_numbers_are_those_that_people_say_within_the_lists_range():
    def numbers(text):
        return {int(number) for number in drawn_texts(text)}

    assert numbers("{temperature}") == set(range(15, 31))
    assert numbers("{brightness}") == set(range(0, 101, 5))
    assert numbers("{timer_minutes:minutes}") == set(range(1, 61))
    assert numbers("{color_temperature:temperature}") == set(range(1000, 10001, 100))
    assert numbers("{80..90:level}") == set(range(80, 91))


def test_equal_seeds_draw_equally_and_others_do_not():
    def first(seed):
        source = draw("<turn> on [<all>] {area} <light>", seed=seed)
        return [surface(source.next()).text for _ in range(20)]

    assert first(1) == first(1)
    assert first(1) != first(2)


def test_what_cannot_be_filled_is_an_error_of_the_template():
    with pytest.raises(TemplateError, match=r"nothing fills the list \{no_such_list\}"):
        draw("{no_such_list}").next()
    with pytest.raises(TemplateError, match="does not say what kind of device"):
        draw("{name}", device=None).next()


def test_rules_in_a_circle_end(monkeypatch):
    language = language_file("en")
    monkeypatch.setitem(language._rules, "round", parse("a <round>"))
    with pytest.raises(TemplateError, match="circle"):
        draw("<round>").next()
    monkeypatch.setitem(language._rules, "loop", parse("[a] <loop>"))
    for asked in (may_be_bare, ways):
        with pytest.raises(TemplateError, match="circle"):
            asked(parse("[b] <loop>"), language)


@pytest.mark.parametrize(
    ("text", "bare"),
    [("[<the>] {name}", True), ("[turn on] {name}", True), ("(on|{name}) {area}", True), ("turn on {name}", False),
     ("<turn> {name}", False), ("({area};volume)", False)],
)
def test_templates_that_may_be_slots_alone(text, bare):
    assert may_be_bare(parse(text), language_file("en")) is bare


@pytest.mark.parametrize("text", ["turn on [the] (light|lamp)[s]", "[a|b] (c;d;[e]) f", "<timer_set> [a|an] timer"])
def test_ways_are_as_many_as_hassils_own_sampler_takes(text):
    rules = {name: parse_sentence(body) for name, body in language_file("en")._content["expansion_rules"].items()}
    every = list(sample_expression(parse_sentence(text).expression, {}, rules))
    assert ways(parse(text), language_file("en")) == len(every)


def test_a_slot_counts_as_several_ways():
    assert ways(parse("[lock] {name}"), language_file("en")) == 2 * SLOT_WAYS


def test_no_template_of_any_drawn_language_leaves_a_placeholder():
    for code in ("en", "de", "zh-CN", "th"):
        language = language_file(code)
        for one in islice(language.templates, 0, None, 7):
            source = Draw(one, language, names(code), 0)
            assert not set(surface(source.next()).text) & set("{}<>[]|")
