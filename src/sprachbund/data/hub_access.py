"""What is asked of `datasets` and of the hub, with their errors in our words; imported only when hub data are used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from sprachbund.core.errors import DataError, MissingExtraError
from sprachbund.core.files import storage_faults_told

_LOCALLY = (
    "connect to the network; or fetch it where there is one, sprachbund data get {name} --output DIR, and read it from "
    "that folder: --data {short} --data-dir DIR"
)
_SECONDS = 10.0
_NOT_FOUND = ("DatasetNotFoundError", "RepositoryNotFoundError", "RevisionNotFoundError", "GatedRepoError")


@dataclass(frozen=True)
class HubTable:
    """One configuration and split, fetched and opened.

    Args:
        data: a `datasets.Dataset`.
    """

    data: Any

    def columns(self) -> list[str]:
        """Names of all columns."""
        return list(self.data.column_names)

    def label_names(self, column: str) -> tuple[str, ...]:
        """Names of the numbers in a label column, also where each row has a list of them; () where it has none."""
        feature = self.data.features[column]
        feature = getattr(feature, "feature", feature)
        return tuple(getattr(feature, "names", ()) or ())

    def rows(self, columns: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The rows in order, with some columns only."""
        yield from self.data.select_columns(list(columns))


@dataclass
class Repository:
    """A repository of tables: an id of the hub, or a local copy.

    Args:
        name: id or folder.
        revision: commit, branch or tag; None: what the hub gives today. Of a folder always None.
        asked: how `sprachbund data get` is asked for it, for messages.
    """

    name: str
    revision: str | None
    asked: str
    _builders: dict[str, Any] = field(default_factory=dict)

    @property
    def local(self) -> bool:
        """Whether it is a folder."""
        return Path(self.name).is_dir()

    def commit(self) -> str:
        """The commit that the revision means.

        Raises:
            DataError: it is a branch, and the hub cannot be reached or does not know it.
        """
        if self.revision is not None and re.fullmatch("[0-9a-f]{40}", self.revision):
            return self.revision
        return str(self._info.sha)

    def configs(self) -> list[str]:
        """Names of the configurations; raises as `table`."""
        with self._told():
            return list(self._datasets.get_dataset_config_names(self.name, revision=self._pinned()))

    def splits(self, config: str) -> list[str]:
        """Names of the splits of a configuration; raises as `table`."""
        with self._told():
            return [str(name) for name in self._builder(config).config.data_files]

    def files(self, config: str, split: str) -> list[str]:
        """The files of a configuration and split, in order; raises as `table`."""
        with self._told():
            return [str(path) for path in self._builder(config).config.data_files[split]]

    def table(self, config: str, split: str) -> HubTable:
        """Fetch a configuration and split into the library's own cache, once, and open it.

        Its files alone are fetched: asked for a split by name, the library fetches all others too (XNLI's
        translated training data are a gigabyte beside its test sets).

        Raises:
            DataError: the hub cannot be reached, or has no such repository, revision, configuration or split, or
                the repository holds no plain tables.
            MissingExtraError: `datasets` is not installed.
            StorageError: no space for it.
        """
        with self._told(), storage_faults_told(Path(self._datasets.config.HF_DATASETS_CACHE)):
            builder = self._builder(config)
            files = builder.config.data_files
            if split not in files:
                raise DataError(f"the configuration {config} of {self.name} has no split {split}",
                                remedy=f"it has: {', '.join(map(str, files))}")
            return HubTable(self._datasets.load_dataset(
                _table_format(builder), data_files={split: list(files[split])}, split=split,
                features=builder.info.features))

    def _pinned(self) -> str | None:
        if self.local:
            return None
        _ = self._info  # one short question tells at once whether the hub is there; the library tries for long
        return self.commit()

    def _builder(self, config: str) -> Any:
        if config not in self._builders:
            made = self._datasets.load_dataset_builder(self.name, config, revision=self._pinned())
            self._builders[config] = made
        return self._builders[config]

    @cached_property
    def _datasets(self) -> Any:
        try:
            library = import_module("datasets")
        except ImportError:
            raise MissingExtraError("reading data from a hub", "hub", "datasets") from None
        library.disable_progress_bars()
        return library

    @cached_property
    def _info(self) -> Any:
        from huggingface_hub import HfApi

        with self._told():
            return HfApi().dataset_info(self.name, revision=self.revision, timeout=_SECONDS)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (DataError, MissingExtraError):
            raise
        except Exception as error:
            raise self._fault(error) or error from None

    def _fault(self, error: Exception) -> DataError | None:
        """The error of a library in our words, None for one that is a bug."""
        kind, text = type(error).__name__, str(error).strip().split("\n")[0]
        if any(base.__name__ in _NOT_FOUND for base in type(error).__mro__):
            return DataError(f"the hub has no data set {self.name} at {self.revision or 'its main branch'}, or it is "
                             "not open to you", remedy="check the id; a private or gated one needs `hf auth login`")
        unreachable = isinstance(error, ConnectionError | TimeoutError) or any(
            base.__module__.split(".")[0] in {"httpx", "httpx2", "httpcore", "httpcore2", "requests"}
            or base.__name__ in {"OfflineModeIsEnabled", "LocalEntryNotFoundError", "HfHubHTTPError"}
            for base in type(error).__mro__)
        if unreachable and not self.local:
            return DataError(f"{self.name} is not on this machine, and the hub cannot be reached ({kind})",
                             remedy=_LOCALLY.format(name=self.asked, short=self.asked.rpartition("/")[2]))
        if isinstance(error, ValueError | FileNotFoundError | RuntimeError):
            return DataError(f"{self.name} cannot be read: {text}",
                             remedy="only plain tables are read (parquet, CSV, JSON lines), and no repository's script")
        return None


def _table_format(builder: Any) -> str:
    """Which of the library's own readers of plain tables a repository's files need ("parquet")."""
    modules = [base.__module__.split(".") for base in type(builder).__mro__]
    return next(parts[2] for parts in modules if parts[:2] == ["datasets", "packaged_modules"] and len(parts) > 2)
