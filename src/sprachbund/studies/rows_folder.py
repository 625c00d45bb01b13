"""Rows on disk: one small parquet file a cell, by which a sweep knows what it need not compute again."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.source import Location
from sprachbund.results.records import ScoreRow, read_rows, write_rows

ROWS = "rows"
"""The folder of row files below a sweep's own."""
KEY_DIGITS = 12
"""How much of a key stands in the names of files."""


class RowsFolder:
    """Row files of finished cells.

    Args:
        folder: where finished cells write theirs; made when the first one does.
        others: folders whose row files count too.

    Attributes:
        folder, others: as given.
        files: row file -> keys of the score stages whose rows it holds.

    Raises:
        DataError: a folder among `others` that is not there.
        FormatError: a file that does not hold score rows.
    """

    def __init__(self, folder: Path, others: Iterable[Path] = ()) -> None:
        self.folder, self.others = folder, tuple(others)
        self._identities: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.files: dict[Path, frozenset[str]] = {}
        for other in self.others:
            if not other.is_dir():
                what = "a folder is expected, not a file" if other.exists() else "there is no such folder of rows"
                raise DataError(what, where=Location(str(other)),
                                remedy="name a folder with the row files of finished cells")
        places = [place for place in (folder, *self.others) if place.is_dir()]
        for path in (path for place in places for path in sorted(place.rglob("*.parquet"))):
            stages = _stages(path)
            if stages is not None:
                self.files[path.absolute()] = stages

    @property
    def stages(self) -> frozenset[str]:
        """Keys of all score stages that have rows here."""
        return frozenset().union(*self.files.values())

    def write(self, name: str, key: str, rows: Sequence[ScoreRow]) -> Path:
        """Write the rows of a cell, all or nothing.

        Args:
            name: the cell in words.
            key: of a score stage; the file's name tells it shortened.

        Raises:
            StorageError: no space, no permission.
        """
        path = (self.folder / f"{file_name(name)}-{key[:KEY_DIGITS]}.parquet").absolute()
        write_rows(path, rows)
        self.files[path] = frozenset(row.stage for row in rows)
        return path

    def read(self, stages: Collection[str]) -> list[ScoreRow]:
        """All rows of some score stages, each once, in no order.

        Raises:
            FormatError: a file that does not hold score rows.
        """
        wanted = set(stages)
        rows: list[ScoreRow] = []
        for path, keys in self.files.items():
            here = wanted & keys
            if here:
                rows += [self._shared(row) for row in read_rows(path) if row.stage in here]
                wanted -= here
        return rows

    def _shared(self, row: ScoreRow) -> ScoreRow:
        """A row that shares its identities with other rows of its corpus: a list each would be most of the memory."""
        return replace(row, identities=self._identities.setdefault(row.identities, row.identities))

    def of_other_keys(self, stages: Collection[str]) -> list[Path]:
        """Row files that hold nothing of some score stages."""
        return [path for path, keys in self.files.items() if keys.isdisjoint(stages)]


def file_name(words: str) -> str:
    """A name for files out of words.

    >>> file_name("POS: DLFA (k=9, literal), seed 1")
    'pos-dlfa-k-9-literal-seed-1'
    """
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _stages(path: Path) -> frozenset[str] | None:
    """Keys of the score stages of a file; None: a table of something else (gates lie beside rows)."""
    try:
        if "stage" not in pq.read_schema(path).names:
            return None
        return frozenset(pq.read_table(path, columns=["stage"])["stage"].to_pylist())
    except (pa.ArrowInvalid, OSError) as error:
        raise FormatError(f"not readable as score rows: {error}", where=Location(str(path)),
                          remedy="remove the file: its cell is then computed again") from None
