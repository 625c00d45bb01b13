"""Mewsli-X as XTREME-R has it (Ruder et al. 2021, 2104.07412): mentions in eleven languages, entities as candidates.

`wikinews_mentions/<split>-<language>.jsonl` (a context with its mentions a line) and `candidate_set_entities.jsonl`. A
mention is read as its authors' baseline does: the mention, a colon, and its sentence with the mention in braces; an
entity is the sentences of its description.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.source import Location
from sprachbund.data.card import DatasetCard
from sprachbund.data.examples import TextExample
from sprachbund.data.retrieval.files import entry, filled, fingerprint_of, json_lines, language_code, with_or_without_gz
from sprachbund.data.retrieval.source import (
    SHARED,
    Kind,
    RetrievalPart,
    card_of,
    data_folder,
    missing_language,
)

VERSION = 1
CANDIDATES, MENTIONS = "candidate_set_entities.jsonl", "wikinews_mentions"
_BRACES = re.compile(r"\{(.*?)\}")


def open_mewsli_x(settings: Mapping[str, Any], data_dir: Path | None) -> MewsliX:
    """Open a folder of Mewsli-X.

    Raises:
        DataError: the folder is not there, or its candidates or mentions are not.
    """
    folder = data_folder(settings, data_dir)
    candidates = with_or_without_gz(folder / CANDIDATES)
    files: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob(f"{MENTIONS}/*-*.jsonl*")):
        split, _, rest = path.name.partition("-")
        code = language_code(rest.partition(".")[0])
        if code is not None:
            files.setdefault(split, {})[code] = path
    if candidates is None or not files:
        missing = CANDIDATES if candidates is None else f"{MENTIONS}/test-de.jsonl (or another language)"
        raise DataError(f"the folder holds no {missing}", where=Location(str(folder)),
                        remedy="make it as XTREME-R's download script does")
    return MewsliX(folder.resolve().name, files, candidates, str(folder))


@dataclass(frozen=True)
class MewsliX:
    """A folder of Mewsli-X.

    Args:
        name: of the data set.
        files: split -> language -> its mentions.
        candidates: the file of entities.
        place: for messages.
    """

    name: str
    files: Mapping[str, Mapping[str, Path]]
    candidates: Path
    place: str
    kind: Kind = "pool"
    has_shared: bool = True

    @property
    def card(self) -> DatasetCard | None:
        """The data set's card."""
        return card_of("mewsli-x")

    def languages(self, split: str) -> list[str]:
        """Languages that have mentions."""
        return sorted(self.files.get(split, {}))

    def fingerprint(self, language: str, split: str) -> str:
        """See `RetrievalSource`."""
        return fingerprint_of([self._file(language, split)], "mewsli-x", VERSION)

    def part(self, language: str, split: str) -> RetrievalPart:
        """Read the mentions of a language, or the entities (`SHARED`).

        Raises:
            FormatError: a field that is missing, a span outside of its text, an identity that stands twice.
        """
        path, notes = self._file(language, split), Counter[str]()
        if language == SHARED:
            return RetrievalPart(self.name, language, split, (), _entities(path, notes), {}, dict(notes))
        queries: dict[str, TextExample] = {}
        right = {}
        for number, line in json_lines(path, notes):
            context = entry(line, "context", dict, path, number)
            for mention in entry(line, "mentions", list, path, number):
                identity = entry(mention, "example_id", str, path, number)
                if identity in queries:
                    raise FormatError(f"the mention {identity} stands twice", where=Location(str(path), number),
                                      remedy="give each mention its own identity")
                queries[identity] = TextExample(identity, _query(context, mention, path, number))
                right[identity] = tuple(name for name in (mention.get("entity_id"),) if name)
        return RetrievalPart(self.name, language, split, tuple(queries.values()), (), right, dict(notes))

    def _file(self, language: str, split: str) -> Path:
        if language == SHARED:
            return self.candidates
        if language not in self.files.get(split, {}):
            raise missing_language(self, language, split, self.place)
        return self.files[split][language]


def _entities(path: Path, notes: Counter[str]) -> tuple[TextExample, ...]:
    found: dict[str, TextExample] = {}
    for number, line in json_lines(path, notes):
        identity = entry(line, "entity_id", str, path, number)
        if identity in found:
            raise FormatError(f"the entity {identity} stands twice", where=Location(str(path), number),
                              remedy="keep one of them")
        text = entry(line, "description", str, path, number)
        spans = _spans(line, text, path, number)
        whole = _one_line(" ".join(text[start:end] for start, end in spans))
        found[identity] = TextExample(identity, filled(whole, path, number, f"the description of {identity}"))
    return tuple(found.values())


def _query(context: dict[str, Any], mention: dict[str, Any], path: Path, number: int) -> str:
    """A mention as text: `Smith: The verdict came back for { Smith }.`"""
    text = entry(context, "text", str, path, number, "context: ")
    span = entry(mention, "mention_span", dict, path, number)
    start, end = (entry(span, name, int, path, number, "mention_span: ") for name in ("start", "end"))
    sentence = next(((a, b) for a, b in _spans(context, text, path, number) if a <= start < b and start < end <= b),
                    None)
    if sentence is None:
        raise FormatError(f"the mention at {start} to {end} stands in no sentence of its context",
                          where=Location(str(path), number), remedy="check mention_span and sentence_spans")
    left, right = (_BRACES.sub(r"(\1)", part) for part in (text[sentence[0]:start], text[end:sentence[1]]))
    named = text[start:end]
    return _one_line(f"{named}: {left} {{ {named} }} {right}")


def _spans(values: dict[str, Any], text: str, path: Path, number: int) -> list[tuple[int, int]]:
    spans = []
    for span in entry(values, "sentence_spans", list, path, number):
        start, end = (entry(span, name, int, path, number, "sentence_spans: ") for name in ("start", "end"))
        if not 0 <= start < end <= len(text):
            raise FormatError(f"the sentence at {start} to {end} lies outside of its text of {len(text)} characters",
                              where=Location(str(path), number), remedy="check sentence_spans")
        spans.append((start, end))
    return spans


def _one_line(text: str) -> str:
    return " ".join(text.splitlines()).replace("  ", " ").strip()
