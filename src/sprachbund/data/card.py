"""What is known of a data set before it is opened: its card."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sprachbund.core.config import Config
from sprachbund.data.formats.reader import ReaderOptions

Split = Literal["train", "dev", "test"]
Column = Literal["text", "pair", "label", "words"]
"""What a column holds: first text, second text, label or labels, words."""


class Citation(Config):
    """Whom to cite."""

    key: str = Field(pattern=r"^[A-Za-z0-9:_-]+$")
    """BibTeX key."""
    text: str
    """Authors, title, place and year, as one sentence."""


class HubData(Config):
    """The same data set on a data hub, pinned."""

    id: str
    """Repository of the data set on the hub."""
    revision: str = Field(pattern=r"^[0-9a-f]{40}$")
    """Commit; a branch name would not be pinned."""
    config: str = "{language}"
    """Name of the hub's configuration for a language; without `{language}` it holds one language, the card's first."""
    splits: dict[Split, str] = Field(min_length=1)
    """Our split -> the hub's ("dev" -> "validation")."""
    columns: dict[Column, str] = Field(min_length=1)
    """Our column -> the hub's."""
    notes: tuple[str, ...] = ()
    """Take the place of the card's notes where the data come from the hub."""


class XtremeData(Config):
    """The same data set as XTREME's download script leaves it (google-research/xtreme, `scripts/download_data.sh`)."""

    files: str
    """Pattern below the download folder, with `{split}` and `{language}`."""
    format: str
    """Registered reader of these files."""
    reader: ReaderOptions = ReaderOptions()
    """Columns and rules of that reader."""
    notes: tuple[str, ...] = ()
    """Take the place of the card's notes where the data have this layout."""


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
    other_formats: tuple[str, ...] = ()
    """Registered readers of the same files for those of `tasks` that do not read `format`."""
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
    xtreme: XtremeData | None = None
    """How XTREME's download script leaves the same data, if it fetches them."""

    @property
    def task(self) -> str:
        """The task it is usually for."""
        return self.tasks[0]

    @property
    def bundled(self) -> bool:
        """Whether the data come with the package."""
        return self.format is None
