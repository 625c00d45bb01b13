"""What is known of a data set before it is opened: its card."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sprachbund.core.config import Config
from sprachbund.data.formats.reader import ReaderOptions

Split = Literal["train", "dev", "test"]


class Citation(Config):
    """Whom to cite."""

    key: str = Field(pattern=r"^[A-Za-z0-9:_-]+$")
    """BibTeX key."""
    text: str
    """Authors, title, place and year, as one sentence."""


class HubData(Config):
    """The same data set on a model and data hub, pinned."""

    id: str
    """Repository of the data set on the hub."""
    revision: str = Field(pattern=r"^[0-9a-f]{40}$")
    """Commit; a branch name would not be pinned."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Our column (text, pair, label, words) -> the hub's."""


class DatasetCard(Config):
    """One data set: what it is, how it is read, whom it belongs to, what to mind.

    A card says nothing of where the files lie: that is `data.locations`.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_/-]*$")
    """Name by which runs ask for it; unique among all cards."""
    title: str
    """Name for tables and reports."""
    summary: str
    """One line: what it is."""
    tasks: tuple[str, ...] = Field(min_length=1)
    """The registered tasks it is for, the usual one first."""
    format: str | None = None
    """Registered reader, or None for data that come with the package."""
    reader: ReaderOptions = ReaderOptions()
    """Columns and rules of that reader."""
    labels: dict[str, str] = Field(default_factory=dict)
    """Label sets to choose from, the first by default: name -> the column that holds the label, as in
    `ReaderOptions.label_column` (for data that come with the package: what the labels are)."""
    folder: str = ""
    """Folder below the data folder; "" is the card's name."""
    languages: tuple[str, ...] = Field(min_length=1)
    """Codes of the languages and variants whose scores are averaged, source language included."""
    extra_languages: tuple[str, ...] = ()
    """Shown but not averaged (a second treebank of a language, a dialect with a standard beside it)."""
    splits: tuple[Split, ...] = Field(min_length=1)
    """Splits that at least one language has."""
    train_with: tuple[str, ...] = ()
    """Cards whose training data serve this one where it has none, the usual partner first."""
    licence: str
    """Licence in short; "none stated" where the source states none."""
    citation: Citation
    """Whom to cite."""
    source: str
    """Repository or publisher the data come from."""
    notes: tuple[str, ...] = ()
    """Sentences that every table and report with this data set must show."""
    hub: HubData | None = None
    """Where the same data lie on a hub, if they do."""

    @property
    def task(self) -> str:
        """The task it is usually for."""
        return self.tasks[0]

    @property
    def bundled(self) -> bool:
        """Whether the data come with the package."""
        return self.format is None
