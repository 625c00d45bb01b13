"""A data set in files: one file a language and split."""

from __future__ import annotations

import glob
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sprachbund.core.canonical import digest
from sprachbund.core.errors import DataError, LanguageError, join_or
from sprachbund.core.files import sha256_file
from sprachbund.core.registry import Component
from sprachbund.core.source import Location
from sprachbund.data.card import DatasetCard
from sprachbund.data.examples import Corpus, ExampleStream
from sprachbund.data.formats.reader import READERS, ReaderOptions
from sprachbund.data.source import SPLIT_NAMES, split_name
from sprachbund.data.span_tags import mend_spans
from sprachbund.languages.language import find_variant

Files = dict[str, dict[str, list[Path]]]
"""Split -> language code -> the files found for it (more than one is a fault, told when it is asked for)."""

_HOLE = re.compile(r"\{(language|split)\}")


@dataclass
class FileSource:
    """A data set whose files have been found; nothing is parsed before examples are asked for.

    Args:
        name: name of the data set in results.
        files: what was found.
        readers: reader name -> loaded component, in the order in which endings are compared.
        options: options of the reader.
        card: the data set's card, if it was asked for by its name.
        place: the folder or pattern, for messages.
        left_out: folders or files whose name is no language.
    """

    name: str
    files: Files
    readers: Mapping[str, Component]
    options: ReaderOptions
    card: DatasetCard | None
    place: str
    left_out: tuple[str, ...] = ()
    _digests: dict[tuple[Path, int, int], str] = field(default_factory=dict)

    def languages(self, split: str) -> list[str]:
        """Codes of the languages and variants that have a split, sorted."""
        return sorted(self.files.get(split_name(split), {}))

    def stream(self, language: str, split: str) -> ExampleStream:
        """Read one language and split, an example at a time.

        Folders whose name is no language are counted in the notes (`folders_left_out`).

        Raises:
            DataError: there is no such language or split, or more than one file for it.
            FormatError: the file breaks its format, while examples are taken.
        """
        code, path, component = self._file(language, split)
        notes = Counter[str]()
        if self.left_out:
            notes["folders_left_out"] = len(self.left_out)
        examples = component.value().read(path, self._options(code), notes)
        if self.options.spans != "keep":
            examples = mend_spans(examples, notes, strict=self.options.spans == "strict")
        return ExampleStream(self.name, code, split_name(split), self.fingerprint(code, split), examples, notes)

    def corpus(self, language: str, split: str) -> Corpus:
        """Read one language and split, whole; raises as `stream` does."""
        return self.stream(language, split).whole()

    def fingerprint(self, language: str, split: str) -> str:
        """Sha256 over the file's bytes, reader and options, without parsing.

        Raises:
            DataError: as `stream`.
        """
        code, path, component = self._file(language, split)
        status = path.stat()
        key = (path, status.st_mtime_ns, status.st_size)
        if key not in self._digests:
            self._digests[key] = sha256_file(path)
        return digest({
            "bytes": self._digests[key],
            "reader": component.name,
            "reader_version": component.value.version,
            "distribution": component.distribution,
            "options": _in_keys(self._options(code)),
        })

    def path(self, language: str, split: str) -> Path:
        """The file of a language and split.

        Raises:
            DataError: as `stream`.
        """
        return self._file(language, split)[1]

    def _options(self, code: str) -> ReaderOptions:
        if self.options.language is not None:
            return self.options
        return self.options.model_copy(update={"language": find_variant(code).language.code})

    def _file(self, language: str, split: str) -> tuple[str, Path, Component]:
        code, split = find_variant(language).code, split_name(split)
        paths = self.files.get(split, {}).get(code, [])
        if not paths:
            raise self._missing(code, split)
        for component in self.readers.values():
            fitting = [path for path in paths if _ending_fits(path, component)]
            if len(fitting) == 1:
                return code, fitting[0], component
            if fitting:
                raise DataError(f"{len(fitting)} files hold the {split} data in {code}: "
                                f"{', '.join(sorted(path.name for path in fitting))}",
                                where=Location(self.place), remedy="keep one of them")
        if len(self.readers) == 1 and len(paths) == 1:
            return code, paths[0], next(iter(self.readers.values()))
        raise DataError(f"no reader of {join_or(self.readers)} knows the ending of {paths[0].name}",
                        where=Location(str(paths[0])), remedy=f"name the format: {join_or(READERS.names())}")

    def _missing(self, code: str, split: str) -> DataError:
        has = [name for name in _in_order(self.files) if code in self.files[name]]
        known = self.languages(split)
        remedy = f"{split} data there are in: {', '.join(known)}" if known else (
            f"splits there are: {', '.join(_in_order(self.files))}")
        if has:
            remedy = f"{code} has: {', '.join(has)}; {remedy}"
        return DataError(f"the data set {self.name} has no {split} data in {code}", where=Location(self.place),
                         remedy=remedy)


def _in_keys(options: ReaderOptions) -> dict[str, Any]:
    """The options as fingerprints hold them: `spans` came later, and data that are kept as they are keep theirs."""
    return {name: value for name, value in options.model_dump().items() if name != "spans" or value != "keep"}


def files_in_folder(folder: Path) -> tuple[Files, tuple[str, ...]]:
    """Find `<language>/<split>.<ending>[.gz]` below a folder.

    Returns:
        The files, and the names of folders that are no language.
    """
    found: Files = {}
    left_out = []
    for entry in sorted(folder.iterdir()):
        if not entry.is_dir() or entry.name.startswith((".", "_")):
            continue
        code = _code(entry.name)
        if code is None:
            left_out.append(entry.name)
            continue
        for path in sorted(entry.iterdir()):
            stem, dot, _ = path.name.partition(".")
            if stem and dot and path.is_file():
                found.setdefault(split_name(stem), {}).setdefault(code, []).append(path)
    return found, tuple(left_out)


def files_of_pattern(pattern: str) -> tuple[Files, tuple[str, ...]]:
    """Find files by a pattern with `{language}` and, perhaps, `{split}`; `.gz` may follow.

    A pattern without `{split}` holds one split: the one that its text names as a word (`train`, `dev`,
    `valid`, `test` ...), else test.

    Returns:
        The files, and the names of those whose language or split is not known.
    """
    parts = _HOLE.split(pattern)
    literal, holes = parts[::2], parts[1::2]
    wild = glob.escape(literal[0]) + "".join("*" + glob.escape(text) for text in literal[1:])
    expression, seen = re.escape(literal[0]), set[str]()
    for hole, text in zip(holes, literal[1:], strict=True):
        expression += f"(?P={hole})" if hole in seen else f"(?P<{hole}>[^/\\\\]+?)"
        expression += re.escape(text)
        seen.add(hole)
    named = [SPLIT_NAMES[word] for word in re.split(r"[^a-z]+", pattern.lower()) if word in SPLIT_NAMES]
    only = named[-1] if named else "test"
    found: Files = {}
    left_out = []
    for name in sorted({*glob.glob(wild), *glob.glob(wild + ".gz")}):  # noqa: PTH207 - the pattern may be absolute
        match = re.fullmatch(expression + r"(?:\.gz)?", name)
        if match is None or not Path(name).is_file():
            continue
        code = _code(match["language"])
        if code is None:
            left_out.append(Path(name).name)
            continue
        split = split_name(match["split"]) if "split" in seen else only
        found.setdefault(split, {}).setdefault(code, []).append(Path(name))
    return found, tuple(left_out)


def _ending_fits(path: Path, component: Component) -> bool:
    endings: Sequence[str] = component.value.extensions
    return path.name.lower().removesuffix(".gz").endswith(tuple(endings))


def _code(name: str) -> str | None:
    try:
        return find_variant(name).code
    except LanguageError:
        return None


def _in_order(files: Files) -> list[str]:
    usual = list(dict.fromkeys(SPLIT_NAMES.values()))
    return sorted(files, key=lambda name: (usual.index(name) if name in usual else len(usual), name))
