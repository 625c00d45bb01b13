"""Who the languages are: one table, found by any code or name; variants that fold into a base language.

The table is `languages.csv`. Codes and names follow ISO 639-1 and 639-3, main scripts the likely
subtags of CLDR (Korean is `Kore`, Japanese `Jpan`, Chinese `Hans`). `iso639_3` is empty where ISO
639-3 has no code: collective codes (`ber`, `nah`), a retired one (`kzj`) and private ones.

Families are the largest groups commonly accepted, as XTREME names them. So that an average by family
means what it says: an isolate is a family of its own and says so ("Basque (isolate)"); creoles are
kept apart from the family of their vocabulary ("Creole", the branch names it); constructed languages
are "Constructed"; code-switched text, under the private codes that Universal Dependencies gives it
(`qse` is ours), is "Code-switched" and never averaged into one of its two languages.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from sprachbund.core.errors import LanguageError, join_or, near_matches

LANGUAGES: Mapping[str, Language]
"""Every language by its code, sorted by code; read from the table on first use."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the table.

    Args:
        code: ISO 639-1 where there is one, else 639-3 (the module says which few are neither).
        iso639_1: two letters, or "".
        iso639_3: three letters, or "".
        name: English name.
        script: main script, ISO 15924 ("Latn").
        family: largest accepted family ("Indo-European").
        branch: a branch of it ("Germanic").
        aliases: other names and codes ("iw", "Farsi").
    """

    code: str
    iso639_1: str
    iso639_3: str
    name: str
    script: str
    family: str
    branch: str
    aliases: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


@dataclass(frozen=True, slots=True)
class Variant:
    """A language as a data set names it: the language itself, or a script, region or treebank of it.

    Args:
        language: the base language, into which averages fold the variant.
        tag: what comes after the language ("CH", "Latn", "pud"), or "" for the language itself.
        code: the one spelling used in results ("de-CH", "sr-Latn", "ar_pud", or just "de").
        script: the script written: that of the tag where it names one, else the language's.
        name: English name ("German (Switzerland)").
    """

    language: Language
    tag: str
    code: str
    script: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


def find(text: str) -> Language:
    """Find a language by code, English name or alias, without regard to case, accents, `-` and `_`.

    Raises:
        LanguageError: unknown, with near matches; or a variant, for which there is `find_variant`.

    >>> find("IW").name, find("farsi").code, find("no").name
    ('Hebrew', 'fa', 'Norwegian')
    """
    known = _by_key().get(_key(text))
    if known is not None:
        return known
    try:
        variant = find_variant(text)
    except LanguageError:
        raise _unknown(text) from None
    raise LanguageError(f"{text!r} is a variant of {variant.language}, a plain language was expected",
                        remedy=f"write {variant.language.code!r}")


def find_variant(text: str) -> Variant:
    """Find a language or one of its variants: `<language>[-Script][-REGION][_tag]`.

    Scripts are ISO 15924, regions ISO 3166-1 or three digits of UN M.49; one further tag may name a
    treebank or dialect. Regions are written with "-", such a tag with "_", unless `variants.csv`
    declares another spelling.

    Raises:
        LanguageError: unknown language, with near matches; or a tag that cannot be read.

    >>> find_variant("sr_latn").code, find_variant("ar-PUD").code, find_variant("zh-HK").script
    ('sr-Latn', 'ar_pud', 'Hant')
    """
    known = _by_key().get(_key(text))
    if known is not None:
        return Variant(known, "", known.code, known.script, known.name)
    declared = _declared().get(_key(text))
    return declared if declared is not None else _parse(text)


@cache
def script_name(script: str) -> str:
    """The English name of a script ("Cyrl" is "Cyrillic").

    Raises:
        LanguageError: not a script of ISO 15924 that we know.
    """
    name = _subtags().get(("script", script))
    if name is None:
        near = near_matches(script, [code for kind, code in _subtags() if kind == "script"])
        raise LanguageError(f"unknown script {script!r}, expected an ISO 15924 code such as 'Latn'",
                            remedy=f"did you mean {join_or(near)}?" if near else None)
    return name


def _parse(text: str) -> Variant:
    """Read subtags one by one; each kind at most once and in order."""
    first, *rest = text.strip().replace("_", "-").split("-")
    language = _by_key().get(_key(first))
    if language is None or not rest:
        raise _unknown(text)
    script = region = tag = ""
    for part in rest:
        if not (script or region or tag) and ("script", part.title()) in _subtags():
            script = part.title()
        elif not (region or tag) and _is_region(part):
            region = part.upper()
        elif not tag and part.isascii() and part.isalnum() and 2 <= len(part) <= 8:
            tag = part.lower()
        else:
            raise LanguageError(
                f"cannot read {part!r} in {text!r}, a variant of {language}",
                remedy="write <language>[-Script][-REGION][_tag], such as sr-Latn, de-CH, zh-Hant-HK or ar_pud",
            )
    declared = _declared().get(_key(f"{language.code}-{region}")) if region else None
    written = script or (declared.script if declared is not None else language.script)
    subtags = [part for part in (script, region) if part]
    code = "-".join([language.code, *subtags]) + (f"_{tag}" if tag else "")
    if (same := _declared().get(_key(code))) is not None:
        return same
    names = [_subtags()[("script", script)] + " script"] if script else []
    names += [_subtags().get(("region", region), region)] if region else []
    names += [tag] if tag else []
    return Variant(language, "-".join([*subtags, *([tag] if tag else [])]), code, written,
                   f"{language.name} ({', '.join(names)})")


def _is_region(part: str) -> bool:
    return ("region", part.upper()) in _subtags() or (part.isascii() and part.isdigit() and len(part) == 3)


def _unknown(text: str) -> LanguageError:
    known = {spelling: language for language in _table().values()
             for spelling in (language.code, language.iso639_3, language.name, *language.aliases) if spelling}
    base = text.strip().replace("_", "-").split("-")[0]
    near = near_matches(text, known) or near_matches(base, known)
    found = dict.fromkeys(str(known[spelling]) for spelling in near)
    hint = f"did you mean {join_or(found)}? " if found else ""
    return LanguageError(f"unknown language {text!r}",
                         remedy=f"{hint}write an ISO 639 code ('de', 'gsw') or an English name")


def _key(text: str) -> str:
    """What spellings that mean the same have in common."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text.strip()) if not unicodedata.combining(char))
    return "-".join(bare.casefold().replace("_", " ").replace("-", " ").split())


def _rows(name: str) -> list[dict[str, str]]:
    text = files("sprachbund.languages").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _table() -> Mapping[str, Language]:
    table = {}
    for row in _rows("languages.csv"):
        aliases = tuple(alias for alias in row.pop("aliases").split(";") if alias)
        table[row["code"]] = Language(**row, aliases=aliases)
    return MappingProxyType(table)


@cache
def _by_key() -> Mapping[str, Language]:
    """Every spelling of every language; a test holds that none stands for two."""
    return {_key(spelling): language for language in _table().values()
            for spelling in (language.code, language.iso639_3, language.name, *language.aliases) if spelling}


@cache
def _declared() -> Mapping[str, Variant]:
    """Variants that subtags cannot tell: folder names of data sets, regions with a script of their own."""
    declared = {}
    for row in _rows("variants.csv"):
        language = _table()[row["language"]]
        code = row["variant"]
        tag = code.replace("_", "-").split("-")[-1]
        declared[_key(code)] = Variant(language, tag, code, row["script"] or language.script, row["name"])
    return declared


@cache
def _subtags() -> Mapping[tuple[str, str], str]:
    """(kind, subtag) -> English name, kind "script" or "region"."""
    return {(row["kind"], row["subtag"]): row["name"] for row in _rows("subtags.csv")}


def __getattr__(name: str) -> Mapping[str, Language]:
    """Read `LANGUAGES` when it is first asked for (PEP 562)."""
    if name == "LANGUAGES":
        return _table()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
