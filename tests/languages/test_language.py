from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from sprachbund.core.config import parse_yaml
from sprachbund.core.errors import LanguageError
from sprachbund.languages.language import LANGUAGES, _key, find, find_variant, script_name

FAMILIES = {
    "Afro-Asiatic", "Algic", "Austro-Asiatic", "Austronesian", "Aymaran", "Basque (isolate)", "Code-switched",
    "Constructed", "Creole", "Dravidian", "Eskimo-Aleut", "Hmong-Mien", "Indo-European", "Iroquoian", "Japonic",
    "Kartvelian", "Korean (isolate)", "Kra-Dai", "Mongolic", "Na-Dene", "Niger-Congo", "Nilo-Saharan",
    "Northeast Caucasian", "Northwest Caucasian", "Quechuan", "Sino-Tibetan", "Tupian", "Turkic", "Uralic",
    "Uto-Aztecan",
}  # fmt: skip
WITHOUT_ISO = {"ber", "nah", "kzj", "qaf", "qfn", "qse", "qtd", "qte", "qti"}


def test_the_table_is_large_and_sorted() -> None:
    assert len(LANGUAGES) >= 300
    assert list(LANGUAGES) == sorted(LANGUAGES)
    with pytest.raises(TypeError):
        LANGUAGES["xx"] = LANGUAGES["de"]  # type: ignore[index]


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.code)
def test_every_row_is_well_formed(language) -> None:
    assert re.fullmatch(r"([a-z]{2})?", language.iso639_1)
    assert re.fullmatch(r"[a-z]{3}", language.iso639_3) or language.code in WITHOUT_ISO
    assert language.code == (language.iso639_1 or language.iso639_3 or language.code)
    assert re.fullmatch(r"[A-Z][a-z]{3}", language.script)
    assert script_name(language.script)
    assert language.family in FAMILIES
    assert language.branch
    assert language.name == language.name.strip() != ""
    assert language.family.endswith("(isolate)") == (language.family == f"{language.name} (isolate)")


def test_no_spelling_stands_for_two_languages() -> None:
    spellings = Counter(
        key
        for language in LANGUAGES.values()
        for key in {_key(text) for text in (language.code, language.iso639_3, language.name, *language.aliases) if text}
    )
    assert [key for key, count in spellings.items() if count > 1] == []


def test_every_spelling_finds_its_language() -> None:
    for language in LANGUAGES.values():
        for text in (language.code, language.iso639_3, language.name, *language.aliases):
            if text:
                assert find(text) is language
                assert find(text.upper()) is language


@pytest.mark.parametrize(
    ("code", "family", "branch", "script"),
    [
        ("mt", "Afro-Asiatic", "Semitic", "Latn"),
        ("ckb", "Indo-European", "Iranian", "Arab"),
        ("kmr", "Indo-European", "Iranian", "Latn"),
        ("eu", "Basque (isolate)", "Basque", "Latn"),
        ("ko", "Korean (isolate)", "Korean", "Kore"),
        ("ja", "Japonic", "Japanese", "Jpan"),
        ("hu", "Uralic", "Ugric", "Latn"),
        ("sr", "Indo-European", "Slavic", "Cyrl"),
        ("hr", "Indo-European", "Slavic", "Latn"),
        ("th", "Kra-Dai", "Tai", "Thai"),
        ("mg", "Austronesian", "Barito", "Latn"),
        ("fa", "Indo-European", "Iranian", "Arab"),
        ("pa", "Indo-European", "Indo-Aryan", "Guru"),
        ("pnb", "Indo-European", "Indo-Aryan", "Arab"),
        ("ht", "Creole", "French-based", "Latn"),
        ("eo", "Constructed", "Auxiliary", "Latn"),
        ("af", "Indo-European", "Germanic", "Latn"),
        ("so", "Afro-Asiatic", "Cushitic", "Latn"),
        ("sw", "Niger-Congo", "Bantu", "Latn"),
        ("xmf", "Kartvelian", "Karto-Zan", "Geor"),
        ("cv", "Turkic", "Oghur", "Cyrl"),
        ("new", "Sino-Tibetan", "Newaric", "Deva"),
    ],
)
def test_what_is_easily_got_wrong(code: str, family: str, branch: str, script: str) -> None:
    language = LANGUAGES[code]
    assert (language.family, language.branch, language.script) == (family, branch, script)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("iw", "he"), ("jw", "jv"), ("in", "id"), ("ji", "yi"), ("fil", "tl"), ("Farsi", "fa"), ("cmn", "zh"),
        ("Chinese Mandarin", "zh"), ("chinese_mandarin", "zh"), ("swh", "sw"), ("sh", "hbs"), ("deu", "de"),
        ("norwegian bokmal", "nb"), ("Norwegian Bokmål", "nb"), ("no", "no"), ("nor", "no"), ("nn", "nn"),
        ("VOLAPUK", "vo"), (" de ", "de"), ("old-english", "ang"), ("Haitian", "ht"),
    ],
)  # fmt: skip
def test_other_names_and_codes(text: str, code: str) -> None:
    assert find(text).code == code


def test_no_in_a_yaml_file_is_norwegian() -> None:
    config = parse_yaml("languages: [no, nb, is]", "study.yaml")
    assert [find(text).name for text in config["languages"]] == ["Norwegian", "Norwegian Bokmål", "Icelandic"]


@pytest.mark.parametrize(
    ("text", "base", "tag", "code", "script", "name"),
    [
        ("de", "de", "", "de", "Latn", "German"),
        ("iw", "he", "", "he", "Hebr", "Hebrew"),
        ("de_ch", "de", "CH", "de-CH", "Latn", "German (Switzerland)"),
        ("pt-BR", "pt", "BR", "pt-BR", "Latn", "Portuguese (Brazil)"),
        ("sr-latn", "sr", "Latn", "sr-Latn", "Latn", "Serbian (Latin script)"),
        ("sr_Latn_RS", "sr", "Latn-RS", "sr-Latn-RS", "Latn", "Serbian (Latin script, Serbia)"),
        ("zh-cn", "zh", "CN", "zh-CN", "Hans", "Chinese (China)"),
        ("zh-HK", "zh", "HK", "zh-HK", "Hant", "Chinese (Hong Kong)"),
        ("cmn-TW", "zh", "TW", "zh-TW", "Hant", "Chinese (Taiwan)"),
        ("zh-Hans-TW", "zh", "Hans-TW", "zh-Hans-TW", "Hans", "Chinese (Simplified Han script, Taiwan)"),
        ("zh-TW-pud", "zh", "TW-pud", "zh-TW_pud", "Hant", "Chinese (Taiwan, pud)"),
        ("es-419", "es", "419", "es-419", "Latn", "Spanish (Latin America)"),
        ("es-005", "es", "005", "es-005", "Latn", "Spanish (005)"),
        ("ar-PUD", "ar", "pud", "ar_pud", "Arab", "Arabic (PUD treebank)"),
        ("en-EWT", "en", "ewt", "en_ewt", "Latn", "English (ewt)"),
        ("de-muc", "bar", "muc", "de-muc", "Latn", "Bavarian (Munich)"),
        ("es_en_miami", "qse", "miami", "es_en_miami", "Latn", "Spanish-English (Miami)"),
    ],
)
def test_variants(text: str, base: str, tag: str, code: str, script: str, name: str) -> None:
    variant = find_variant(text)
    assert (variant.language.code, variant.tag, variant.code) == (base, tag, code)
    assert (variant.script, variant.name) == (script, name)
    assert find_variant(variant.code) == variant
    assert str(variant) == f"{name} ({code})"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Germn", r"unknown language 'Germn'\n  → did you mean German \(de\)"),
        ("norvegian", r"did you mean Norwegian \(no\)"),
        ("xx", r"unknown language 'xx'\n  → write an ISO 639 code"),
        ("", "unknown language ''"),
        ("zz-ZZ", "unknown language 'zz-ZZ'"),
        ("Frnch-CA", r"did you mean French \(fr\)"),
        ("de-CH-AT-xyz", r"cannot read 'xyz' in 'de-CH-AT-xyz', a variant of German \(de\)"),
        ("de-x", r"cannot read 'x' in 'de-x'.*\n  → write <language>\[-Script\]\[-REGION\]\[_tag\]"),
        ("no-such-language", "cannot read 'language'"),
    ],
)
def test_unknown_languages(text: str, message: str) -> None:
    with pytest.raises(LanguageError, match=message):
        find_variant(text)


def test_find_wants_a_plain_language() -> None:
    with pytest.raises(LanguageError, match=r"'de-CH' is a variant of German \(de\), a plain language was expected"):
        find("de-CH")
    with pytest.raises(LanguageError, match=r"unknown language 'Swahilli'\n  → did you mean Swahili \(sw\)"):
        find("Swahilli")


def test_scripts_have_names() -> None:
    assert script_name("Cyrl") == "Cyrillic"
    with pytest.raises(LanguageError, match="unknown script 'Cyrill', expected an ISO 15924 code"):
        script_name("Cyrill")


def test_an_unknown_attribute_is_an_attribute_error() -> None:
    import sprachbund.languages.language as module

    with pytest.raises(AttributeError, match="NOTHING"):
        _ = module.NOTHING


def test_every_bundled_language_resolves() -> None:
    folder = files("home_assistant_intents").joinpath("data")
    names = [Path(item.name).stem for item in folder.iterdir() if item.name.endswith(".json")]
    assert len(names) >= 60
    for name in names:
        variant = find_variant(name)
        assert variant.code == name
        assert variant.language.code == re.split("[-_]", name)[0]


@pytest.mark.shared_data
def test_every_folder_of_the_shared_data_resolves(shared_data: Path) -> None:
    sets = {"intermediate", "nli_train", "paraphrase_train"}  # English only, named after their sources
    folders = [item for place in sorted(shared_data.iterdir()) if place.is_dir() and place.name not in sets
               for item in sorted(place.iterdir()) if item.is_dir()]
    assert len({folder.name for folder in folders}) >= 120
    for folder in folders:
        assert find_variant(folder.name).code == folder.name
