"""LAReQA's XQuAD-R (Roy et al. 2020, 2004.05484): questions, and the sentences of all paragraphs as candidates.

SQuAD's JSON with `sentences` and `sentence_breaks` (start and end of each, in characters) in every paragraph; the
sentence in which an answer begins is the right one. A question has one identity in all languages, so that its answers
in every language are right for it in each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.source import Location
from sprachbund.data.card import DatasetCard
from sprachbund.data.examples import TextExample
from sprachbund.data.retrieval.files import entry, filled, fingerprint_of, json_file, language_code
from sprachbund.data.retrieval.source import Kind, RetrievalPart, card_of, data_folder, missing_language

VERSION = 1
_INSIDE = ("xquad-r", "lareqa/xquad-r")


def open_lareqa(settings: Mapping[str, Any], data_dir: Path | None) -> Lareqa:
    """Open a folder with `<language>/test.json[.gz]` or, as its authors have it, `<language>.json`.

    Raises:
        DataError: the folder is not there or holds no such files.
    """
    folder = data_folder(settings, data_dir, _INSIDE)
    files = {}
    for path in sorted([*folder.glob("*.json*"), *folder.glob("*/test.json*")]):
        code = language_code(path.parent.name if path.parent != folder else path.name.partition(".")[0])
        if code is not None:
            files[code] = path
    if not files:
        raise DataError("the folder holds no file named after a language, such as de.json or de/test.json",
                        where=Location(str(folder)), remedy="give the folder xquad-r of LAReQA")
    return Lareqa(folder.resolve().name, files, str(folder), context=bool(settings.get("context")))


@dataclass(frozen=True)
class Lareqa:
    """A folder of LAReQA.

    Args:
        name: of the data set.
        files: language -> its file.
        place: for messages.
        context: read a candidate together with its paragraph, as a pair of texts.
    """

    name: str
    files: Mapping[str, Path]
    place: str
    context: bool = False
    kind: Kind = "pool"
    has_shared: bool = False

    @property
    def card(self) -> DatasetCard | None:
        """The data set's card."""
        return card_of("lareqa")

    def languages(self, split: str) -> list[str]:
        """All languages, as test data."""
        return sorted(self.files) if split == "test" else []

    def fingerprint(self, language: str, split: str) -> str:
        """See `RetrievalSource`."""
        return fingerprint_of([self._file(language, split)], "lareqa", VERSION, context=self.context)

    def part(self, language: str, split: str) -> RetrievalPart:
        """Read one language.

        Raises:
            FormatError: not such JSON, an answer that begins in no sentence, a question that stands twice.
        """
        path = self._file(language, split)
        queries: dict[str, TextExample] = {}
        candidates, right = [], {}
        for number, paragraph in enumerate(_paragraphs(path)):
            where = f"paragraph {number + 1}: "
            context = entry(paragraph, "context", str, path, None, where)
            sentences = entry(paragraph, "sentences", list, path, None, where)
            breaks = _breaks(paragraph, len(sentences), path, where)
            names = [f"{language}-{number}-{place}" for place in range(len(sentences))]
            candidates += [TextExample(name, filled(str(text), path, None, f"{where}sentence {place + 1}"),
                                       context if self.context else None)
                           for place, (name, text) in enumerate(zip(names, sentences, strict=True))]
            for question in entry(paragraph, "qas", list, path, None, where):
                identity = entry(question, "id", str, path, None, where)
                if identity in queries:
                    raise FormatError(f"{where}the question {identity} stands twice", where=Location(str(path)),
                                      remedy="give each question its own identity")
                text = entry(question, "question", str, path, None, f"{where}{identity}: ")
                queries[identity] = TextExample(identity, filled(text, path, None, f"{where}the question {identity}"))
                right[identity] = (names[_answered(question, identity, breaks, path, where)],)
        return RetrievalPart(self.name, language, split, tuple(queries.values()), tuple(candidates), right)

    def _file(self, language: str, split: str) -> Path:
        if language not in self.files or split != "test":
            raise missing_language(self, language, split, self.place)
        return self.files[language]


def _paragraphs(path: Path) -> Iterator[dict[str, Any]]:
    values = json_file(path)
    if not isinstance(values, dict):
        raise FormatError("expected a JSON object", where=Location(str(path)), remedy="this is no file of LAReQA")
    for article in entry(values, "data", list, path, None):
        yield from entry(article, "paragraphs", list, path, None)


def _breaks(paragraph: dict[str, Any], count: int, path: Path, where: str) -> list[tuple[int, int]]:
    breaks = entry(paragraph, "sentence_breaks", list, path, None, where)
    if len(breaks) != count:
        raise FormatError(f"{where}{count} sentences and {len(breaks)} sentence_breaks", where=Location(str(path)),
                          remedy="each sentence has its start and end")
    return [(int(start), int(end)) for start, end in breaks]


def _answered(question: dict[str, Any], identity: str, breaks: list[tuple[int, int]], path: Path, where: str) -> int:
    """The sentence in which the first answer begins."""
    answers = entry(question, "answers", list, path, None, f"{where}{identity}: ")
    if not answers:
        raise FormatError(f"{where}the question {identity} has no answer", where=Location(str(path)),
                          remedy="the answers were taken out of this copy: take the published files")
    start = entry(answers[0], "answer_start", int, path, None, f"{where}{identity}: ")
    for place, (first, last) in enumerate(breaks):
        if first <= start < last:
            return place
    raise FormatError(f"{where}the answer of {identity} begins at {start}, in none of the sentences",
                      where=Location(str(path)), remedy="check answer_start and sentence_breaks")
