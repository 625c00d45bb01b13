"""Which languages an encoder saw in pretraining, where that is known; what is not known is not guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sprachbund.languages.language import LANGUAGES
from sprachbund.languages.sets import language_set


@dataclass(frozen=True, slots=True)
class Pretraining:
    """The languages of an encoder's pretraining.

    Args:
        name: of the set, as `language_set` knows it.
        source: where that stands.
        languages: codes. A language that the set names by its macrolanguage or the other way round counts.
        scripts: main scripts of these languages, ISO 15924.
    """

    name: str
    source: str
    languages: frozenset[str]
    scripts: frozenset[str]


_MBERT = r"(google-bert/)?bert-base-multilingual-cased|(distilbert/)?distilbert-base-multilingual-cased"
_XLMR = r"((facebookai|facebook)/)?xlm-(roberta|r)-.*"
_MINILM = r"(microsoft/)?multilingual-minilm-l12-h384"
_E5 = r"bundled:multilingual-e5-small|(intfloat/)?multilingual-e5-.*"
_KNOWN = (
    (_MBERT, "mbert", "the 104 largest Wikipedias (google-research/bert, multilingual.md)"),
    (_XLMR, "xlmr", "CC-100 (Conneau et al. 2020, appendix A)"),
    (_MINILM, "xlmr", "distilled from XLM-R (Wang et al. 2020), whose pretraining is CC-100"),
    (_E5, "xlmr", "its model card: the languages of XLM-R, from which it is initialised (Wang et al. 2024)"),
)
_SAME = {"no": ("nb", "nn"), "nb": ("no",), "nn": ("no",), "hbs": ("bs", "hr", "sr"), "sr": ("hbs",), "hr": ("hbs",),
         "bs": ("hbs",), "ku": ("kmr",), "kmr": ("ku",)}


def pretraining(encoder: str) -> Pretraining | None:
    """The languages that an encoder was pretrained on; None where nobody here knows.

    Args:
        encoder: its name as given: "bundled:multilingual-e5-small" or a hub id.

    >>> pretraining("bert-base-multilingual-cased").name, pretraining("someone/some-encoder")
    ('mbert', None)
    """
    for pattern, name, source in _KNOWN:
        if re.fullmatch(pattern, encoder, re.IGNORECASE):
            named = language_set(name)
            languages = frozenset(named) | {other for code in named for other in _SAME.get(code, ())}
            scripts = {LANGUAGES[code].script for code in languages} | ({"Hant"} if "zh" in languages else set())
            return Pretraining(name, source, frozenset(languages), frozenset(scripts))
    return None
