"""Which script a text is written in, by the names of its letters in Unicode."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

from sprachbund.languages.language import script_name

_WORDS = {
    "Aran": ("ARABIC",),
    "Hani": ("CJK",),
    "Hans": ("CJK",),
    "Hant": ("CJK",),
    "Jpan": ("CJK", "HIRAGANA", "KATAKANA"),
    "Kore": ("CJK", "HANGUL"),
    "Orya": ("ORIYA",),
    "Cans": ("CANADIAN",),
    "Xsux": ("CUNEIFORM",),
}


def letters_by_script(texts: Iterable[str]) -> Counter[str]:
    """Count letters by the first word of their Unicode name ("LATIN", "CJK")."""
    characters = Counter[str]()
    for text in texts:
        characters.update(text)
    return scripts_of(characters)


def scripts_of(characters: Counter[str]) -> Counter[str]:
    """As `letters_by_script`, from characters that are counted already."""
    scripts = Counter[str]()
    for character, count in characters.items():
        word = _word(character)
        if word:
            scripts[word] += count
    return scripts


@cache
def words_of_script(script: str) -> tuple[str, ...]:
    """The first words of Unicode names of a script's letters.

    Args:
        script: ISO 15924 code.

    Raises:
        LanguageError: an unknown script.

    >>> words_of_script("Cyrl"), words_of_script("Jpan")
    (('CYRILLIC',), ('CJK', 'HIRAGANA', 'KATAKANA'))
    """
    return _WORDS.get(script) or (script_name(script).split()[0].upper(),)


def _word(character: str) -> str:
    if not character.isalpha() or unicodedata.category(character) == "Lm":
        return ""
    word = unicodedata.name(character, "").partition(" ")[0]
    return {"FULLWIDTH": "LATIN", "HALFWIDTH": "KATAKANA"}.get(word, word)
