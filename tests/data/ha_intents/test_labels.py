import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from sprachbund.data.ha_intents.labels import LEFT_OUT, domain_label, intent_label


def package_intents():
    spec = find_spec("home_assistant_intents")
    return json.loads((Path(spec.origin).parent / "intents.json").read_text(encoding="utf-8"))


def test_every_intent_of_english_has_a_label_or_is_left_out_by_name():
    spec = find_spec("home_assistant_intents")
    english = json.loads((Path(spec.origin).parent / "data" / "en.json").read_text(encoding="utf-8"))
    for intent in english["intents"]:
        assert (intent_label(intent, None, "") is None) == (intent in LEFT_OUT), intent


@pytest.mark.parametrize(
    ("device", "on", "off"),
    [("light", "turn_on", "turn_off"), ("cover", "open", "close"), ("lock", "lock", "unlock"),
     ("scene", "start_scene", "turn_off"), (None, "turn_on", "turn_off")],
)
def test_one_intent_of_the_package_is_split_by_device(device, on, off):
    assert intent_label("HassTurnOn", device, "name_only") == on
    assert intent_label("HassTurnOff", device, "name_only") == off


def test_light_is_split_by_what_is_set():
    assert intent_label("HassLightSet", "light", "area_brightness") == "set_brightness"
    assert intent_label("HassLightSet", "light", "name_temperature") == "set_colour"


def test_state_of_people_is_another_question_than_state_of_things():
    assert intent_label("HassGetState", "person", "name_zone") == "ask_person"
    assert intent_label("HassGetState", "lock", "name_state") == "ask_state"


def test_lists_are_one_label_whatever_they_are_called():
    assert intent_label("HassListAddItem", "todo", "") == intent_label("HassShoppingListAddItem", None, "")


def test_domains_agree_with_the_package_where_it_has_one():
    alias = {"media_player": "media", "shopping_list": "list", "todo": "list"}
    for intent, facts in package_intents().items():
        if facts["domain"] in ("homeassistant", "assist_satellite") or intent in LEFT_OUT:
            continue
        if intent_label(intent, None, "") is not None:
            assert domain_label(intent, None) == alias.get(facts["domain"], facts["domain"]), intent


def test_domain_is_that_of_the_device_where_the_intent_leaves_it_open():
    assert domain_label("HassTurnOn", "media_player") == "media"
    assert domain_label("HassGetState", "binary_sensor") == "sensor"
    assert domain_label("HassTurnOff", "input_boolean") == "switch"


def test_unknown_intents_have_no_label():
    assert intent_label("HassMakeCoffee", None, "") is None
