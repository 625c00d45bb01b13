from __future__ import annotations

import pytest

from sprachbund.core.errors import LanguageError
from sprachbund.languages.language import LANGUAGES
from sprachbund.languages.sets import families, language_set, set_names

SIZES = {
    "xtreme": 40, "xtreme-pos": 33, "panx-xtreme": 40, "xtreme-tatoeba": 36, "xnli": 15, "pawsx": 7, "xquad": 11,
    "mlqa": 7, "tydiqa": 9, "bucc": 4, "lareqa": 11, "xcopa": 11, "xtreme-r": 50, "xtreme-r-pos": 38,
    "panx-xtreme-r": 48, "xtreme-r-tatoeba": 41, "xquad-xtreme-r": 12, "mewsli-x": 11, "mbert": 103, "xlmr": 93,
}  # fmt: skip


def test_sets_have_their_published_sizes() -> None:
    assert {name: len(language_set(name)) for name in set_names()} == SIZES


@pytest.mark.parametrize("name", [*SIZES, "all", "family:Indo-European", "script:Latn"])
def test_sets_hold_known_languages_once_and_sorted(name: str) -> None:
    codes = language_set(name)
    assert list(codes) == sorted(set(codes))
    assert set(codes) <= set(LANGUAGES)


def test_xtreme_has_twelve_families_and_two_isolates() -> None:
    found = {LANGUAGES[code].family for code in language_set("xtreme")}
    assert len(found) == 14
    assert {family for family in found if "isolate" in family} == {"Basque (isolate)", "Korean (isolate)"}
    more = {LANGUAGES[code].family for code in language_set("xtreme-r")}
    assert more - found == {"Creole", "Quechuan"}


def test_families_branches_and_scripts() -> None:
    assert language_set("family:germanic") == tuple(
        sorted(code for code, language in LANGUAGES.items() if language.branch == "Germanic")
    )
    assert set(language_set("Family:Uralic")) >= {"fi", "et", "hu"}
    assert language_set("script:thai") == ("th",)
    assert families()["Kartvelian"] == ("ka", "xmf")
    assert sum(map(len, families().values())) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("xnly", r"there is no language set 'xnly'\n  → did you mean xnli"),
        ("family:germanc", "did you mean family:Germanic"),
        ("script:Cyr", "did you mean script:Cyrl"),
        ("???", r"known: all, xtreme, .*family:<family or branch>"),
    ],
)
def test_unknown_sets(name: str, message: str) -> None:
    with pytest.raises(LanguageError, match=message):
        language_set(name)
