"""Data sets of a hub, read by the library `datasets` (extra `hub`): repositories of plain tables, never scripts.

A name is `hub:` and then a data set of the catalogue that has a hub id (`hub:xnli`), an id with or without a
revision (`hub:owner/name@commit`), or a local folder that is a copy of such a repository. Configurations of the
repository are languages: a card says how they are called, elsewhere their names must be language codes.

With a card, or a commit as revision, nothing is asked of the hub before examples are: plans and keys are made
without a network.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from sprachbund.core.canonical import digest, plain
from sprachbund.core.errors import DataError, LanguageError
from sprachbund.core.files import sha256_file
from sprachbund.core.source import Location
from sprachbund.data.card import DatasetCard, HubData, Split
from sprachbund.data.catalogue import find_card
from sprachbund.data.examples import Corpus, Example, ExampleStream
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.hub_access import HubTable, Repository
from sprachbund.data.hub_rows import HubRows, hub_columns
from sprachbund.data.labels import Kind
from sprachbund.data.source import SPLIT_NAMES, split_name
from sprachbund.languages.language import find_variant

HUB = "hub:"
"""What a name of data on a hub begins with."""
VERSION = 1
"""Raised with every change of the code that changes an example."""
_COMMIT = re.compile("[0-9a-f]{40}")


def open_hub(name: str, kind: Kind, options: ReaderOptions, data_dir: Path | None = None) -> HubSource:
    """Open a data set of a hub; nothing is fetched.

    Args:
        name: without `hub:`.
        kind: "tokens" or "sequence".
        options: columns by the hub's names, where neither a card nor a usual name says which they are.
        data_dir: a copy of the repository is looked for there, under its id, then here.

    Raises:
        DataError: a card without a hub id, or a name that is neither a folder nor an id.
        MissingExtraError: `datasets` is not installed.
    """
    if kind not in ("tokens", "sequence"):
        raise DataError("hub data are read for tagging and classification only",
                        remedy="fetch the files from the hub by hand and give their folder")
    card = find_card(name)
    if card is not None:
        if card.hub is None:
            raise DataError(f"the card of {name} names no place on a hub",
                            remedy=f"give its folder, or another id, as {HUB}owner/name")
        folder = _local(card.hub.id, data_dir)
        repository = Repository(str(folder or card.hub.id), None if folder else card.hub.revision, name)
        changed = {"notes": card.hub.notes, "train_with": (), "extra_languages": (),
                   "source": f"{card.hub.id}, revision {card.hub.revision[:12]}"}
        return HubSource(card.name, kind, repository, card.hub, card.model_copy(update=changed), options)
    place, _, revision = name.partition("@")
    folder = _local(place, data_dir)
    if folder is None and not re.fullmatch(r"[\w.-]+/[\w.-]+", place):
        raise DataError(f"{place!r} is neither a folder nor a possible hub id",
                        remedy="check the path; a hub id looks like `owner/name` or `owner/name@commit`")
    repository = Repository(str(folder or place), None if folder else revision or None, f"{HUB}{name}")
    return HubSource(Path(place).resolve().name if folder else place.rpartition("/")[2], kind, repository, None, None,
                     options)


def _local(place: str, data_dir: Path | None) -> Path | None:
    candidates = [Path(place)] if data_dir is None else [data_dir / place, Path(place)]
    return next((path for path in candidates if path.is_dir()), None)


@dataclass
class HubSource:
    """A data set on a hub, or in a local copy of its repository.

    Args:
        name: name of the data set in results.
        kind: what the task reads.
        repository: where it lies.
        known: what the card says of it; None without a card.
        card: the card, as it holds for this copy.
        options: of the reader.
    """

    name: str
    kind: Kind
    repository: Repository
    known: HubData | None
    card: DatasetCard | None
    options: ReaderOptions
    _fingerprints: dict[tuple[str, str], str] = field(default_factory=dict)

    def languages(self, split: str) -> list[str]:
        """Codes of the languages that have a split: the card's; without a card, those the repository has.

        Raises:
            DataError: without a card, the hub cannot be reached, or no configuration is named after a language.
        """
        split = split_name(split)
        if self.known is not None and self.card is not None:
            return sorted(self.card.languages) if split in self.known.splits else []
        return sorted(code for code, config in self._configs.items()
                      if split in self._splits(config))

    def stream(self, language: str, split: str) -> ExampleStream:
        """Read one language and split, a row at a time.

        Raises:
            DataError: there is no such language or split, or the hub cannot be reached.
            FormatError: a row that is none, while examples are taken.
        """
        code, split, config, theirs = self._place(language, split)
        notes = Counter[str]()
        return ExampleStream(self.name, code, split, self.fingerprint(code, split),
                             self._examples(config, theirs, notes), notes)

    def corpus(self, language: str, split: str) -> Corpus:
        """Read one language and split, whole; raises as `stream` does."""
        return self.stream(language, split).whole()

    def fingerprint(self, language: str, split: str) -> str:
        """Sha256 over revision, place, columns and code; in a local copy over the files' bytes.

        Raises:
            DataError: there is no such language or split.
        """
        code, split, config, theirs = self._place(language, split)
        key = code, split
        if key not in self._fingerprints:
            self._fingerprints[key] = digest({
                "content": self._content(config, theirs),
                "version": VERSION,
                "kind": self.kind,
                "columns": dict(self.known.columns) if self.known else {},
                "options": plain(self.options),
            })
        return self._fingerprints[key]

    def path(self, language: str, split: str) -> Path | None:
        """None: the rows come from a table, whose lines are nobody's.

        Raises:
            DataError: as `stream`.
        """
        self._place(language, split)
        return None

    def _examples(self, config: str, split: str, notes: Counter[str]) -> Iterator[Example]:
        table: HubTable = self.repository.table(config, split)
        place = f"{HUB}{self.repository.name} {config}/{split}"
        mapping = self.known.columns if self.known else {}
        columns = hub_columns(table.columns(), self.kind, mapping, self.options, Location(place))
        names = table.label_names(columns.label) if columns.label else ()
        rows = HubRows(self.kind, columns, names, place, self.options.empty_tokens == "drop")
        yield from rows.examples(table.rows(columns.names()), notes)

    def _content(self, config: str, split: str) -> Any:
        if self.repository.local:
            return [sha256_file(Path(path)) for path in self.repository.files(config, split)]
        return {"id": self.repository.name, "revision": self.repository.commit(), "config": config, "split": split}

    def _place(self, language: str, split: str) -> tuple[str, str, str, str]:
        """Our code and split, the hub's configuration and split."""
        code, split = find_variant(language).code, split_name(split)
        known = self.languages(split)
        if code not in known:
            remedy = f"{split} data there are in: {', '.join(known)}" if known else "try another split"
            raise DataError(f"the data set {self.name} has no {split} data in {code}",
                            where=Location(f"{HUB}{self.repository.name}"), remedy=remedy)
        if self.known is not None:
            theirs = self.known.splits[cast("Split", split)]  # `languages` has just found it there
            return code, split, self.known.config.replace("{language}", code), theirs
        config = self._configs[code]
        return code, split, config, self._splits(config)[split]

    @cached_property
    def _configs(self) -> dict[str, str]:
        """Language code -> configuration, without a card."""
        names = self.repository.configs()
        found = {}
        for name in names:
            try:
                found[find_variant(name).code] = name
            except LanguageError:
                continue
        if not found:
            raise DataError(f"{self.repository.name} has no configuration named after a language: {', '.join(names)}",
                            remedy="fetch the files and lay them out as <language>/<split>.<ending>")
        return found

    def _splits(self, config: str) -> dict[str, str]:
        """Our split -> the hub's; usual names only, so that `train_sft` is no training data by accident."""
        theirs = self.repository.splits(config)
        return {split_name(name): name for name in theirs if name.lower() in SPLIT_NAMES}
