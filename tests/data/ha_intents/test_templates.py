import pytest

from sprachbund.core.errors import DataError
from sprachbund.data.ha_intents import templates as module
from sprachbund.data.ha_intents.names import named_languages
from sprachbund.data.ha_intents.templates import (
    NumberList,
    TemplateError,
    TextList,
    data_folder,
    language_file,
    parse,
    template_digest,
)


def test_the_languages_are_those_that_share_fifteen_intents_with_english():
    english = {intent for intent, data in intents("en").items() if has_sentences(data)}
    shared = {
        path.stem: len(english & {intent for intent, data in intents(path.stem).items() if has_sentences(data)})
        for path in data_folder().glob("*.json")
    }
    assert tuple(sorted(code for code, count in shared.items() if count >= 15)) == named_languages()


def intents(code):
    return module.LanguageFile(code)._content["intents"]


def has_sentences(data):
    return any(group.get("sentences") for group in data["data"])


def test_identities_are_unique_and_devices_split_a_group():
    templates = language_file("en").templates
    assert len({template.identity for template in templates}) == len(templates)
    opened = {template.device for template in templates if template.text == "<open> [<the>] {name}"}
    assert opened == {"cover"}
    turned = {template.domain for template in templates if template.text == "<turn> on [<the>] {name}"}
    assert turned == {"light", "switch", "fan", "media", "climate"}


def test_lists_are_read_as_what_they_are():
    lists = language_file("en").lists
    assert lists["temperature"] == NumberList("temperature", 0, 100)
    assert lists["color_temperature"] == NumberList("number", 1000, 10000, 100)
    assert isinstance(lists["color"], TextList)
    assert lists["message"] is None


def test_what_does_not_parse_or_is_missing_says_so():
    with pytest.raises(TemplateError, match="turn on"):
        parse("turn on (the light")
    with pytest.raises(TemplateError, match="no rule <nonsense>"):
        language_file("en").rule("nonsense")


def test_a_language_that_the_package_lacks():
    with pytest.raises(DataError, match=r"no readable templates in tlh(?s:.)*pip install --force-reinstall"):
        template_digest("tlh")


def test_without_the_package_the_message_says_what_to_type(monkeypatch):
    monkeypatch.setattr(module, "PACKAGE", "a_package_that_is_not_there")
    data_folder.cache_clear()
    try:
        with pytest.raises(DataError, match=r"not installed(?s:.)*pip install home-assistant-intents"):
            data_folder()
    finally:
        data_folder.cache_clear()
