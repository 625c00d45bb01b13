"""Open a data set that a `sprachbund data` command names, for whichever task it is for."""

from __future__ import annotations

from pathlib import Path

from sprachbund.core.errors import DataError, join_or
from sprachbund.data.catalogue import cards
from sprachbund.data.check import SPLITS
from sprachbund.data.examples import FrameExample, TokenExample
from sprachbund.data.formats.columns import is_header
from sprachbund.data.hub import HUB
from sprachbund.data.locations import DataConfig, open_source
from sprachbund.data.source import DataSource
from sprachbund.tasks.task import TASKS

_ALL_OF_A_SENTENCE = ["intent_slots"]
"""Tasks that come first: other tasks read a part of their files."""


def open_by_name(name: str, task: str | None, labels: str | None, data_dir: str | None) -> DataSource:
    """Open a data set for a task, or else for its card's, or else for the task that its files look like.

    Args:
        name: as `DataConfig.name`.
        task: a registered task, or None.
        labels: label set, where the data set offers several.
        data_dir: folder of data sets.

    Raises:
        DataError: no task can read it.
    """
    folder = Path(data_dir) if data_dir else None
    known = {card.name: card.task for card in cards()}
    bare = name.removeprefix(HUB)
    names = [task] if task else [known[bare]] if bare in known else _ALL_OF_A_SENTENCE + [
        each for each in TASKS.names() if each not in _ALL_OF_A_SENTENCE]
    opened: list[DataSource] = []
    faults = []
    for candidate in names:
        chosen = TASKS.load(candidate).value()
        try:
            opened.append(open_source(DataConfig(name=name, labels=labels), kind=chosen.kind, formats=chosen.formats,
                                      data_dir=folder))
        except DataError as error:
            faults.append(error)
    if opened:
        return next((source for source in opened if _fits(source)), opened[0])
    if len(faults) == 1:
        raise faults[0]
    raise DataError(f"{name} can be read neither for {join_or(names)}: {faults[-1].what}", remedy=faults[-1].remedy)


def _fits(source: DataSource) -> bool:
    """Whether the first example can be read, and is no header of a table that was taken for a word with its tag."""
    split = next((each for each in SPLITS if source.languages(each)), None)
    if split is None:
        return False
    try:
        first = next(iter(source.stream(source.languages(split)[0], split).examples), None)
    except DataError:
        return False
    if isinstance(first, FrameExample):
        return first.intent is not None
    return not (isinstance(first, TokenExample) and is_header([first.words[0], *(first.labels or ())[:1]]))
