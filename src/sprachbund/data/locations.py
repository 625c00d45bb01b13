"""Where a data set lies: a card's name, a folder, a pattern of file names, or data that come with the package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from sprachbund.core.config import Config
from sprachbund.core.errors import DataError, join_or, near_matches
from sprachbund.core.source import Location
from sprachbund.data.bundled import open_bundled
from sprachbund.data.card import DatasetCard
from sprachbund.data.catalogue import cards, find_card
from sprachbund.data.fetched import as_fetched
from sprachbund.data.file_source import Files, FileSource, files_in_folder, files_of_pattern
from sprachbund.data.formats.reader import READERS, ReaderOptions
from sprachbund.data.hub import HUB, open_hub
from sprachbund.data.labels import Kind
from sprachbund.data.source import SPLIT_NAMES, DataSource, SomeLanguages
from sprachbund.data.xtreme import as_downloaded, find_in_download

BUNDLED = "bundled:"
"""What a name of data that come with the package begins with."""
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_FLAT = re.compile(rf"(?P<split>{'|'.join(SPLIT_NAMES)})(?P<between>[-_.])[A-Za-z]{{2,3}}(?P<ending>\.[\w.]+)")
_KINDS: dict[str, Kind] = {"tagging": "tokens", "classification": "sequence", "span_qa": "span",
                           "intent_slots": "joint", "multiple_choice": "choice"}


class DataConfig(Config):
    """Which data; a bare text is its name.

    A reader option that is left at its default takes the card's value, where the data set has a card.
    """

    name: str = Field(min_length=1)
    """A data set of the catalogue; a folder with `<language>/<split>.<ending>[.gz]` in it; a pattern of
    file names with `{language}` and, perhaps, `{split}`; `bundled:ha-intents`; or `hub:` and a data set of the
    catalogue, a hub's id or a local copy of its repository."""
    format: str | None = None
    """Registered reader; None: the card's, or by the ending of the file name."""
    reader: ReaderOptions = ReaderOptions()
    """Columns and rules of the reader."""
    labels: str | None = None
    """Label set, where a data set offers several; None: its first."""
    languages: tuple[str, ...] | None = None
    """Read these languages only; None: all there are."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


def open_source(
    config: DataConfig, *, kind: Kind, formats: tuple[str, ...], data_dir: Path | None = None
) -> DataSource:
    """Open a data set: find its files, parse nothing.

    Args:
        config: which data.
        kind: what the task reads, "tokens", "sequence", "span", "joint" or "choice".
        formats: readers that the task understands, in the order in which files are looked for.
        data_dir: the folder that holds data sets; names and relative paths are looked for there, then here.

    Raises:
        DataError: nothing is there, or it is no data set, or not one for this kind of task.
        LanguageError: `languages` names an unknown language.
        RegistryError: an unknown format.
    """
    name = config.name
    if name.startswith(BUNDLED):
        return _kept(open_bundled(name.removeprefix(BUNDLED), kind, config.labels), config)
    if name.startswith(HUB):
        return _kept(_hub_source(config, kind, data_dir), config)
    if "{" in name:
        return _pattern_source(config, formats, data_dir)
    card = find_card(name)
    if card is not None:
        _check_kind(card, kind)
        if card.bundled:
            return _kept(open_bundled(card.name, kind, config.labels), config)
        return _card_source(config, card, formats, data_dir)
    for folder in _candidates(name, data_dir):
        refuse_archives([folder])
        if folder.is_dir():
            return _folder_source(config, folder, None, formats)
        if folder.is_file():
            raise DataError(f"{name} is one file, a data set has one a language", where=Location(str(folder)),
                            remedy="write the language in its name as {language}, for example test-{language}.tsv")
    raise _unknown(name, data_dir)


def check_data_dir(folder: Path | str | None) -> None:
    """Check that the folder of data sets is there, where one is given.

    Raises:
        DataError: it is not.
    """
    if folder is not None and not Path(folder).is_dir():
        refuse_archives([Path(folder)])
        what = "a folder is expected, not a file" if Path(folder).exists() else "there is no such folder"
        raise DataError(what, where=Location(str(folder)), remedy="give the folder that holds your data sets with "
                        "--data-dir, or leave it out and name the data by their path")


def refuse_archives(places: Sequence[Path]) -> None:
    """Say what to do where a packed archive lies in the place of a data folder.

    Raises:
        DataError: a place, or a place with an archive's ending, is a zip or tar file.
    """
    for place in places:
        for ending in ("", *_ARCHIVES):
            path = Path(f"{place}{ending}")
            if not place.is_dir() and path.is_file() and path.name.lower().endswith(_ARCHIVES):
                raise DataError("this is a packed archive, a folder is expected", where=Location(str(path)),
                                remedy="unpack it, and give the folder that comes out")


def _candidates(name: str, data_dir: Path | None) -> list[Path]:
    return [Path(name)] if data_dir is None else [data_dir / name, Path(name)]


def _card_source(
    config: DataConfig, card: DatasetCard, formats: tuple[str, ...], data_dir: Path | None
) -> DataSource:
    """A set of the catalogue: a folder a language, or as XTREME's script lays it out."""
    folder = card.folder or card.name
    found = _candidates(folder, data_dir)
    if data_dir is not None and data_dir.name == Path(folder).name:
        found.append(data_dir)  # the folder of the set itself was given
    there = [candidate for candidate in found if candidate.is_dir()]
    if not any(files_in_folder(candidate)[0] for candidate in there):
        downloaded = find_in_download(card, data_dir)
        if downloaded is not None:
            files, left_out, place = downloaded
            return _source(config, files, left_out, as_downloaded(card), formats, card.name, str(place))
    if there:
        return _folder_source(config, there[0], as_fetched(card, there[0]), formats)
    refuse_archives(found)
    where = "this folder" if data_dir is None else str(data_dir)
    elsewhere = f", or read it from the hub: {HUB}{card.name}" if card.hub else ""
    raise DataError(f"the data set {card.name} is not in {where}: there is no folder {folder}",
                    remedy=f"give the folder that holds your data sets with --data-dir{elsewhere}")


def _check_kind(card: DatasetCard, kind: Kind) -> None:
    if all(_KINDS.get(task, kind) != kind for task in card.tasks):
        raise DataError(f"the data set {card.name} is for {join_or(card.tasks)}",
                        remedy=f"run it with --task {card.task}, or choose another data set")


def _hub_source(config: DataConfig, kind: Kind, data_dir: Path | None) -> DataSource:
    name = config.name.removeprefix(HUB)
    card = find_card(name)
    if card is not None:
        _check_kind(card, kind)
    if config.labels is not None:
        raise DataError(f"{config.name} offers no label set {config.labels!r}",
                        remedy="name the column: reader: {label_column: ...}")
    return open_hub(name, kind, config.reader, data_dir)


def _folder_source(config: DataConfig, folder: Path, card: DatasetCard | None,
                   formats: tuple[str, ...]) -> DataSource:
    files, left_out = files_in_folder(folder)
    if not files:
        raise DataError("the folder holds no folder named after a language", where=Location(str(folder)),
                        remedy=_instead(folder))
    return _source(config, files, left_out, card, formats, card.name if card else folder.resolve().name, str(folder))


def _instead(folder: Path) -> str:
    """What to name instead of a folder that is no data set."""
    inside = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if inside:
        return f"it holds {', '.join(inside[:8])}: name one of them, as {folder}/{inside[0]}"
    flat = sorted(entry.name for entry in folder.iterdir() if _FLAT.fullmatch(entry.name))
    if flat:
        pattern = _FLAT.sub(r"\g<split>\g<between>{language}\g<ending>", flat[0])
        return f"it holds {flat[0]}: name the files by a pattern, as {folder}/{pattern}"
    return "a data set is a folder with <language>/<split>.<ending> in it, such as en/train.tsv"


def _pattern_source(config: DataConfig, formats: tuple[str, ...], data_dir: Path | None) -> DataSource:
    if "{language}" not in config.name or "{" in config.name.replace("{language}", "").replace("{split}", ""):
        raise DataError(f"the pattern {config.name} should name {{language}} and may name {{split}}, nothing else",
                        remedy="for example corpora/{language}/{split}.conllu")
    nameless: tuple[str, ...] = ()
    for path in _candidates(config.name, data_dir):
        files, left_out = files_of_pattern(str(path))
        nameless += left_out
        if files:
            prefix = Path(config.name.partition("{")[0] + "*")
            name = prefix.name.removesuffix("*").rstrip("-_.") or prefix.parent.name or config.name
            return _source(config, files, left_out, None, formats, name, config.name)
    if nameless:
        raise DataError(f"the pattern {config.name} fits {', '.join(nameless[:5])}, where no language stands for "
                        "{language}", remedy="name the files after languages: en, de, sr-Latn, or English names")
    raise DataError(f"no file fits the pattern {config.name}",
                    remedy="check the folder (--data-dir) and that {language} stands for codes such as en and de")


def _source(
    config: DataConfig, files: Files, left_out: tuple[str, ...], card: DatasetCard | None,
    formats: tuple[str, ...], name: str, place: str,
) -> DataSource:
    chosen = config.format or (next((name for name in (card.format, *card.other_formats) if name in formats),
                                    card.format) if card else None)
    if chosen is not None and chosen not in formats and chosen in READERS.built_in:
        raise DataError(f"the format {chosen} is not one that this task reads",
                        remedy=f"it reads {', '.join(formats)}")
    readers = {known: READERS.load(known) for known in ((chosen,) if chosen else formats)}
    source = FileSource(name, files, readers, _options(config, card), card, place, left_out)
    return _kept(source, config)


def _options(config: DataConfig, card: DatasetCard | None) -> ReaderOptions:
    """The card's reader options, with what the config says otherwise, and the label set's column."""
    options = card.reader if card else ReaderOptions()
    default = ReaderOptions()
    changed = {name: getattr(config.reader, name) for name in ReaderOptions.model_fields
               if getattr(config.reader, name) != getattr(default, name)}
    sets = card.labels if card else {}
    if config.labels is not None and config.labels not in sets:
        what = f"{card.name if card else config.name} offers no label set {config.labels!r}"
        remedy = f"it offers: {', '.join(sets)}" if sets else "name the column: reader: {label_column: ...}"
        raise DataError(what, remedy=remedy)
    labels = sets[config.labels] if config.labels else next(iter(sets.values()), None)
    if labels is not None and "label_column" not in changed:
        changed["label_column"] = labels
    return options.model_copy(update=changed)


def _kept(source: DataSource, config: DataConfig) -> DataSource:
    return source if config.languages is None else SomeLanguages(source, config.languages)


def _unknown(name: str, data_dir: Path | None) -> DataError:
    known = [card.name for card in cards()]
    near = near_matches(name, known)
    hint = f"did you mean {join_or(near)}? " if near else ""
    place = "" if data_dir is None else f" in {data_dir} or"
    return DataError(f"there is no data set {name!r}: not in the catalogue, and no such folder{place} here",
                     remedy=f"{hint}catalogue: {', '.join(known)}")
