from __future__ import annotations

import sys
import unicodedata

from sprachbund.data.scripts import letters_by_script, words_of_script
from sprachbund.languages.language import LANGUAGES


def test_letters_are_counted_and_nothing_else() -> None:
    assert letters_by_script(["Žena 42 ʼ, жена!", "女"]) == {"LATIN": 4, "CYRILLIC": 4, "CJK": 1}


def test_every_script_of_the_language_table_has_letters() -> None:
    known = {unicodedata.name(chr(code), "").partition(" ")[0] for code in range(sys.maxunicode)
             if chr(code).isalpha()}
    for script in {language.script for language in LANGUAGES.values()}:
        assert set(words_of_script(script)) <= known, script
