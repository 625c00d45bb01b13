"""A hub's data set as local files: one folder a language, in the format of its card, with a note of where it came from.

Every file is read back and compared with what was written; a data set can be fetched in several calls, and a
file that is there is not fetched again.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from sprachbund.core.canonical import canonical_json
from sprachbund.core.config import Config
from sprachbund.core.errors import DataError
from sprachbund.core.files import write_aside, write_text
from sprachbund.core.source import Location
from sprachbund.data.card import DatasetCard
from sprachbund.data.examples import Example, TextExample, TokenExample
from sprachbund.data.formats.reader import READERS, ReaderOptions
from sprachbund.data.hub import HubSource

SOURCE_FILE = "source.json"
"""Stands in the folder of a fetched data set."""
_NO_TEXT = str.maketrans(dict.fromkeys("\t\n\r\0", " "))

Told = Callable[[str, str, int | None], None]
"""Called with language, split and number of examples written; None: the file was there."""


class Fetched(Config):
    """Where local files came from."""

    id: str
    """Repository on the hub, or the folder that was a copy of it."""
    revision: str
    """Commit; "" for a folder."""
    notes: tuple[str, ...] = ()
    """Sentences that tables with these data must show."""


def fetch(
    source: HubSource, output: Path, *, train_languages: Sequence[str] | None, languages: Sequence[str] | None,
    splits: Sequence[str], told: Told
) -> Path:
    """Write languages and splits of a hub's data set as `<output>/<name>/<language>/<split>.tsv.gz`.

    Args:
        source: the data set.
        output: a data folder, as `--data-dir` names it.
        train_languages: languages whose training data are wanted; None: all.
        languages: languages whose other splits are wanted; None: all.
        splits: "train", "dev", "test".
        told: called after each file.

    Returns:
        The folder of the data set.

    Raises:
        DataError: nothing is there to fetch, the hub cannot be reached, a wanted language is not there, the
            folder holds another revision, or what was written cannot be read as it was.
        StorageError: no space, no permission.
    """
    folder = output / source.name
    origin = Fetched(id=source.repository.name if not source.repository.local else Path(source.repository.name).name,
                     revision="" if source.repository.local else source.repository.commit(),
                     notes=source.card.notes if source.card else ())
    _check_origin(folder, origin)
    wanted = [(code, split) for split in splits
              for code in _wanted(source, split, train_languages if split == "train" else languages)]
    if not wanted:
        raise DataError(f"{source.name} has nothing of what was asked for",
                        remedy="splits: train, dev, test; leave --languages out for all")
    for code, split in wanted:
        path = folder / code / f"{split}.tsv.gz"
        if path.exists():
            told(code, split, None)
        else:
            told(code, split, _write(source, code, split, path))
            write_text(folder / SOURCE_FILE, origin.model_dump_json(indent=1) + "\n")
    return folder


def as_fetched(card: DatasetCard, folder: Path) -> DatasetCard:
    """The card as it holds for a fetched folder; as it is for any other.

    Raises:
        DataError: the note of where the data came from is broken.
    """
    origin = read_origin(folder)
    if origin is None:
        return card
    at = f", revision {origin.revision[:12]}" if origin.revision else ""
    return card.model_copy(update={"notes": origin.notes, "train_with": (), "extra_languages": (),
                                   "source": f"{origin.id}{at}"})


def read_origin(folder: Path) -> Fetched | None:
    """Where a folder's files came from, or None for files of other origin.

    Raises:
        DataError: the note is broken.
    """
    path = folder / SOURCE_FILE
    if not path.is_file():
        return None
    try:
        return Fetched.model_validate_json(path.read_bytes())
    except ValueError:
        raise DataError("the note of where these data came from is broken", where=Location(str(path)),
                        remedy="take the folder away and fetch the data set again") from None


def _check_origin(folder: Path, origin: Fetched) -> None:
    there = read_origin(folder)
    if there is None and folder.is_dir() and any(folder.iterdir()):
        raise DataError("the folder holds data that were not fetched from a hub", where=Location(str(folder)),
                        remedy="choose another --output: nothing is mixed")
    if there is not None and (there.id, there.revision) != (origin.id, origin.revision):
        raise DataError(f"the folder holds {there.id} at {there.revision[:12] or 'no revision'}, asked for is "
                        f"{origin.id} at {origin.revision[:12] or 'no revision'}", where=Location(str(folder)),
                        remedy="choose another --output, or take the folder away")


def _wanted(source: HubSource, split: str, languages: Sequence[str] | None) -> list[str]:
    there = source.languages(split)
    if languages is None:
        return there
    missing = [code for code in languages if code not in there]
    if missing and there:
        raise DataError(f"{source.name} has no {split} data in {', '.join(missing)}",
                        remedy=f"it has: {', '.join(there)}")
    return [code for code in there if code in languages]


def _write(source: HubSource, code: str, split: str, path: Path) -> int:
    reader = source.card.reader if source.card else ReaderOptions()
    with write_aside(path) as temporary:
        with temporary.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
            text = io.TextIOWrapper(packed, encoding="utf-8", newline="")
            written = _Digest()
            examples = written.watch(map(_cleaned, source.stream(code, split).examples))
            _write_words(text, examples) if source.kind == "tokens" else _write_texts(text, examples, reader)
            text.flush()
            text.detach()
        _check(temporary, source, reader.model_copy(update={"language": code.partition("-")[0]}), written, path)
    return written.count


def _write_words(file: IO[str], examples: Iterable[Example]) -> None:
    for example in examples:
        assert isinstance(example, TokenExample)
        labels = example.labels
        lines = example.words if labels is None else map("\t".join, zip(example.words, labels, strict=True))
        file.write("\n".join(lines) + "\n\n")


def _write_texts(file: IO[str], examples: Iterable[Example], reader: ReaderOptions) -> None:
    names = [reader.text_column or "text", reader.pair_column or "text_pair", reader.label_column or "label"]
    for number, example in enumerate(examples):
        assert isinstance(example, TextExample)
        cells = [example.text, example.text_pair, example.label or ""]
        if not number:
            file.write("\t".join(name for name, cell in zip(names, cells, strict=True) if cell is not None) + "\n")
        file.write("\t".join(cell for cell in cells if cell is not None) + "\n")


def _cleaned(example: Example) -> Example:
    """Tabs and line ends within texts, which a table has no room for, as blanks."""
    if isinstance(example, TokenExample):
        return TokenExample(example.identity, tuple(word.translate(_NO_TEXT).strip() for word in example.words),
                            example.labels)
    assert isinstance(example, TextExample)
    pair = None if example.text_pair is None else example.text_pair.translate(_NO_TEXT).strip()
    return TextExample(example.identity, example.text.translate(_NO_TEXT).strip(), pair, example.label)


def _check(temporary: Path, source: HubSource, reader: ReaderOptions, written: _Digest, path: Path) -> None:
    name = "token_columns" if source.kind == "tokens" else "tsv"
    found = _Digest()
    for _ in found.watch(READERS.load(name).value().read(temporary, reader, Counter())):
        pass
    if found.value() != written.value():
        raise DataError(f"{written.count} examples were written and {found.count} read, or not the same",
                        where=Location(str(path)), remedy="this is a fault of the program or of the disk: report it")


class _Digest:
    """A digest of examples while they pass by: words or texts, and labels."""

    def __init__(self) -> None:
        self.count = 0
        self._hash = hashlib.sha256()

    def watch(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Yield the examples as they are."""
        for example in examples:
            self.count += 1
            if isinstance(example, TokenExample):
                parts: list[object] = [list(example.words), list(example.labels or ())]
            else:
                assert isinstance(example, TextExample)
                parts = [example.text, example.text_pair, example.label]
            self._hash.update(canonical_json(parts).encode("utf-8", "surrogatepass"))
            yield example

    def value(self) -> str:
        """The digest so far."""
        return self._hash.hexdigest()
