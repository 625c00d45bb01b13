"""BUCC 2018 in XTREME's layout: two corpora and the pairs that are hidden in them.

`de-en.dev.de`, `de-en.dev.en` (each line an identity and a sentence, with a tab between) and `de-en.dev.gold` (each
line two identities). The shared task calls dev `sample` and test `training`; both names are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.source import Location
from sprachbund.data.card import DatasetCard
from sprachbund.data.examples import TextExample
from sprachbund.data.formats.lines import open_lines
from sprachbund.data.retrieval.files import filled, fingerprint_of, language_code, with_or_without_gz
from sprachbund.data.retrieval.source import Kind, RetrievalPart, card_of, data_folder, missing_language

VERSION = 1
_NAMES = {"dev": ("dev", "sample"), "test": ("test", "training")}


def open_bucc(settings: Mapping[str, Any], data_dir: Path | None) -> Bucc:
    """Open a folder of BUCC.

    Raises:
        DataError: the folder is not there or holds no such files.
    """
    folder, other = data_folder(settings, data_dir), str(settings.get("source") or "en")
    files: dict[str, dict[str, tuple[Path, Path, Path]]] = {"dev": {}, "test": {}}
    for split, names in _NAMES.items():
        for path in sorted(p for name in names for p in folder.rglob(f"*-{other}.{name}.gold*")):
            published = path.name.partition("-")[0]
            stem = path.name.partition(".gold")[0]
            sides = [with_or_without_gz(path.with_name(f"{stem}.{side}")) for side in (published, other)]
            code = language_code(published)
            if code is not None and sides[0] is not None and sides[1] is not None:
                files[split][code] = sides[0], sides[1], path
    if not files["dev"] and not files["test"]:
        raise DataError(f"the folder holds nothing like de-{other}.test.gold with de-{other}.test.de beside it",
                        where=Location(str(folder)), remedy="give the folder of BUCC 2018 with its gold files "
                        "(XTREME's download removes test.gold: take the training-gold archive of the shared task)")
    return Bucc(folder.resolve().name, files, str(folder))


@dataclass(frozen=True)
class Bucc:
    """A folder of BUCC.

    Args:
        name: of the data set.
        files: split -> language -> its corpus, the source language's corpus, the gold pairs.
        place: for messages.
    """

    name: str
    files: Mapping[str, Mapping[str, tuple[Path, Path, Path]]]
    place: str
    kind: Kind = "mining"
    has_shared: bool = False

    @property
    def card(self) -> DatasetCard | None:
        """The data set's card."""
        return card_of("bucc")

    def languages(self, split: str) -> list[str]:
        """Languages that have the split."""
        return sorted(self.files.get(split, {}))

    def fingerprint(self, language: str, split: str) -> str:
        """See `RetrievalSource`."""
        return fingerprint_of(self._files(language, split), "bucc", VERSION)

    def part(self, language: str, split: str) -> RetrievalPart:
        """Read one language.

        Raises:
            FormatError: a line that is not an identity and a text, an identity twice, a gold pair that names none.
        """
        one, other, gold = self._files(language, split)
        notes = Counter[str]()
        queries, candidates = _sentences(one, notes), _sentences(other, notes)
        known = {example.identity for example in queries}, {example.identity for example in candidates}
        right: dict[str, tuple[str, ...]] = {}
        for number, line in open_lines(gold, notes):
            pair = line.split("\t")
            if len(pair) != 2:
                raise FormatError(f"expected two identities with a tab between, got {len(pair)} columns",
                                  where=Location(str(gold), number), remedy="each line is one gold pair")
            for name, names, file in zip(pair, known, (one, other), strict=True):
                if name not in names:
                    raise FormatError(f"the gold pair names {name}, which {file.name} does not have",
                                      where=Location(str(gold), number), remedy="take the files of one release")
            right[pair[0]] = (*right.get(pair[0], ()), pair[1])
        return RetrievalPart(self.name, language, split, queries, candidates, right, dict(notes))

    def _files(self, language: str, split: str) -> tuple[Path, Path, Path]:
        if language not in self.files.get(split, {}):
            raise missing_language(self, language, split, self.place)
        return self.files[split][language]


def _sentences(path: Path, notes: Counter[str]) -> tuple[TextExample, ...]:
    found: dict[str, TextExample] = {}
    for number, line in open_lines(path, notes):
        name, tab, text = line.partition("\t")
        if not tab or not name.strip():
            raise FormatError("expected an identity and a sentence with a tab between",
                              where=Location(str(path), number), remedy="each line is one sentence, as de-1<TAB>text")
        if name in found:
            raise FormatError(f"the identity {name} stands twice", where=Location(str(path), number),
                              remedy="give each sentence its own")
        found[name] = TextExample(name, filled(text, path, number, f"the sentence {name}"))
    return tuple(found.values())
