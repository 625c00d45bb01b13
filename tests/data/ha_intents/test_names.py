import unicodedata

import pytest

from sprachbund.core.errors import ConfigError
from sprachbund.data.ha_intents import names as module
from sprachbund.data.ha_intents.names import DEVICES, LISTS, Names, named_languages, names, names_digest
from sprachbund.languages.language import find_variant


def test_every_language_has_names_that_can_stand_in_a_text():
    for code in named_languages():
        table = names(code)
        for key in Names.model_fields:
            words = table.of(key)
            assert len(set(words)) == len(words), (code, key)
            for word in words:
                assert word == " ".join(word.split()), (code, word)
                assert word == unicodedata.normalize("NFC", word), (code, word)
                assert not set(word) & set("{}<>[]|;"), (code, word)


def test_the_49_languages_are_known_and_english_is_one():
    assert len(named_languages()) == 49
    assert "en" in named_languages()
    assert all(find_variant(code).code == code for code in named_languages())
    assert len({find_variant(code).language.code for code in named_languages()}) == 44


def test_every_list_and_device_has_a_field():
    assert set(DEVICES.values()) | set(LISTS.values()) == set(Names.model_fields)


def test_scripts_are_those_of_the_language():
    assert all("CYRILLIC" in unicodedata.name(word[0]) for word in names("ru").area)
    assert all("ARABIC" in unicodedata.name(word[0]) for word in names("fa").area)
    assert all("LATIN" in unicodedata.name(word[0]) for word in names("sr-Latn").area)


def test_a_faulty_table_is_told_with_file_and_key(tmp_path, monkeypatch):
    (tmp_path / "xx.yaml").write_text("area: [one]\nlamp: [two]\n", encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    names.cache_clear()
    with pytest.raises(ConfigError, match=r"(?s)area.*lamp"):
        names("xx")


def test_the_digest_is_of_the_bytes():
    assert names_digest("de") != names_digest("nl")
    assert len(names_digest("de")) == 64
