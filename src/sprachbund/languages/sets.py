"""Named sets of languages: those of benchmarks, of encoders' pre-training, of families and scripts.

Every average names its set. Benchmark sets include the source language English, as their papers do;
who reports transfer leaves it out and says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from sprachbund.core.errors import LanguageError, join_or, near_matches
from sprachbund.languages.language import LANGUAGES

_XTREME = (
    "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt ru sw ta te th tl tr "
    "ur vi yo zh"
)
_XTREME_POS = "af ar bg de el en es et eu fa fi fr he hi hu id it ja kk ko mr nl pt ru ta te th tl tr ur vi yo zh"
_XTREME_TATOEBA = (
    "af ar bg bn de el es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr nl pt ru sw ta te th tl tr ur vi zh"
)
_XQUAD = "ar de el en es hi ru th tr vi zh"

_TEXT: dict[str, tuple[str, str]] = {
    "xtreme": (_XTREME, "the 40 languages of XTREME (2003.11080)"),
    "xtreme-pos": (_XTREME_POS, "XTREME's part-of-speech tagging, Universal Dependencies 2.5"),
    "panx-xtreme": (_XTREME, "XTREME's named entities, WikiANN"),
    "xtreme-tatoeba": (_XTREME_TATOEBA, "XTREME's sentence retrieval, as its evaluate.py lists them; English left out"),
    "xnli": ("ar bg de el en es fr hi ru sw th tr ur vi zh", "XNLI"),
    "pawsx": ("de en es fr ja ko zh", "PAWS-X"),
    "xquad": (_XQUAD, "XQuAD in XTREME"),
    "mlqa": ("ar de en es hi vi zh", "MLQA"),
    "tydiqa": ("ar bn en fi id ko ru sw te", "TyDi QA, gold passage"),
    "bucc": ("de fr ru zh", "BUCC 2018; English is the other side"),
    "lareqa": (_XQUAD, "LAReQA, made from XQuAD"),
    "xcopa": ("et ht id it qu sw ta th tr vi zh", "XCOPA; its training is English"),
    "xtreme-r": (f"{_XTREME} az gu ht lt pa pl qu ro uk wo", "the 50 languages of XTREME-R (2104.07412)"),
    "xtreme-r-pos": (f"{_XTREME_POS} lt pl ro uk wo", "XTREME-R's part-of-speech tagging"),
    "panx-xtreme-r": (f"{_XTREME} az gu lt pa pl qu ro uk", "XTREME-R's named entities"),
    "xtreme-r-tatoeba": (f"{_XTREME_TATOEBA} az lt pl ro uk", "XTREME-R's sentence retrieval; English left out"),
    "xquad-xtreme-r": (f"{_XQUAD} ro", "XQuAD in XTREME-R"),
    "mewsli-x": ("ar de en es fa ja pl ro ta tr uk", "Mewsli-X mentions"),
    "mbert": (
        "af an ar ast az azb ba bar be bg bn bpy br bs ca ce ceb cs cv cy da de el en es et eu fa fi fr fy ga gl gu "
        "hbs he hi hr ht hu hy id io is it ja jv ka kk kn ko ky la lb lmo lt lv mg min mk ml mn mr ms my nb nds ne "
        "new nl nn oc pa pl pms pnb pt ro ru scn sco sk sl sq sr su sv sw ta te tg th tl tr tt uk ur uz vi vo war "
        "yo zh",
        "pre-training of multilingual BERT cased: 104 Wikipedias, two of them Chinese",
    ),
    "xlmr": (
        "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr hu hy id "
        "is it ja jv ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl no om or pa pl ps pt ro ru sa sd si "
        "sk sl so sq sr su sv sw ta te th tl tr ug uk ur uz vi xh yi zh",
        "pre-training of XLM-R (1911.02116): 100 corpora, seven of them a second script or spelling",
    ),
}


def language_set(name: str) -> tuple[str, ...]:
    """Codes of a named set of languages.

    Args:
        name: "xnli", "xtreme-pos", ... (see `set_names`), "all", "family:<family or branch>"
            ("family:Germanic") or "script:<ISO 15924>" ("script:Cyrl"), without regard to case.

    Returns:
        Codes, sorted.

    Raises:
        LanguageError: no such set, family or script; with near matches.

    >>> language_set("pawsx")
    ('de', 'en', 'es', 'fr', 'ja', 'ko', 'zh')
    >>> language_set("family:Kartvelian")
    ('ka', 'xmf')
    """
    wanted = name.strip().casefold()
    if wanted == "all":
        return tuple(sorted(LANGUAGES))
    kind, colon, value = wanted.partition(":")
    if colon and kind in ("family", "script"):
        return _group(kind, value.strip(), name)
    if wanted not in _TEXT:
        raise _unknown(name, [*_TEXT, "all"])
    return tuple(sorted(_TEXT[wanted][0].split()))


def set_names() -> Mapping[str, str]:
    """Name -> what it is, in one line, for every set that has a name of its own."""
    return {name: summary for name, (_, summary) in _TEXT.items()}


def families() -> Mapping[str, tuple[str, ...]]:
    """Family -> codes of its languages, sorted."""
    groups: dict[str, list[str]] = {}
    for language in LANGUAGES.values():
        groups.setdefault(language.family, []).append(language.code)
    return {family: tuple(sorted(codes)) for family, codes in sorted(groups.items())}


def _group(kind: str, value: str, name: str) -> tuple[str, ...]:
    groups: dict[str, set[str]] = {}
    spelling: dict[str, str] = {}
    for language in LANGUAGES.values():
        for group in (language.family, language.branch) if kind == "family" else (language.script,):
            groups.setdefault(group.casefold(), set()).add(language.code)
            spelling[group.casefold()] = f"{kind}:{group}"
    if value not in groups:
        raise _unknown(name, list(spelling.values()))
    return tuple(sorted(groups[value]))


def _unknown(name: str, known: list[str]) -> LanguageError:
    near = near_matches(name, known)
    hint = f"did you mean {join_or(near)}? " if near else ""
    return LanguageError(
        f"there is no language set {name!r}",
        remedy=f"{hint}known: all, {', '.join(_TEXT)}, family:<family or branch>, script:<ISO 15924>",
    )
