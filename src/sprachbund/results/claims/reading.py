"""Find the row files, gates and probes of studies below folders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.results.claims.evidence import Study
from sprachbund.results.claims.gate_means import GateMeans, gates_of_cell, is_gates
from sprachbund.results.probe_files import PROBE_FILE, PROBES, read_probe
from sprachbund.results.probe_findings import ProbeFindings
from sprachbund.results.sweep_rows import read_sweep_rows

_ROWS, _GATES = "rows", "gates"
_OF_CELLS = (_ROWS, _GATES, PROBES)
"""Folders below a study's own."""
_COLUMNS = {"identities", "counts", "system", "seed"}


def read_studies(folders: Iterable[Path], *, unaveraged: Mapping[str, Collection[str]] | None = None) -> list[Study]:
    """Read everything below folders: each folder with row files (or a folder `rows` of them) or a probe is a study.

    Gate statistics of a study's cells lie in its folder `gates`, under the names of the cells' rows, and probes of
    their models in its folder `probes`. Other tables (curves of a probe) are passed over.

    Args:
        folders: of sweeps, runs and probes, or folders of such folders.
        unaveraged: data set -> its targets that enter no average (a second treebank of a language).

    Raises:
        DataError: a folder that is not there.
        FormatError: a damaged row file or probe, or one of another version.
    """
    found: dict[Path, _Files] = {}
    seen: set[Path] = set()
    for folder in folders:
        if not folder.is_dir():
            what = "a folder is expected, not a file" if folder.exists() else "there is no such folder"
            raise DataError(what, where=Location(str(folder)),
                            remedy="name folders that `sprachbund sweep` or `sprachbund probe` wrote")
        for path in sorted(folder.rglob("*")):
            if path.resolve() in seen:
                continue
            seen.add(path.resolve())
            if path.suffix == ".parquet":
                _table(found, folder, path)
            elif path.name == PROBE_FILE or (path.parent.name == PROBES and path.suffix == ".json"):
                _files(found, folder, path).probes.append(read_probe(path))
    return [Study(files.name, read_sweep_rows(files.rows) if files.rows else (), tuple(files.probes),
                  tuple(files.gates), unaveraged or {}) for files in found.values()]


@dataclass
class _Files:
    """What was found of one study."""

    name: str
    rows: list[Path] = field(default_factory=list)
    probes: list[ProbeFindings] = field(default_factory=list)
    gates: list[GateMeans] = field(default_factory=list)


def _files(found: dict[Path, _Files], given: Path, path: Path) -> _Files:
    """The study that a file belongs to, by its folder; named below the folder given, so that no machine is told."""
    folder, top = path.parent.resolve(), given.resolve()
    home = folder.parent if folder.name in _OF_CELLS else folder
    if home not in found:
        inside = home.relative_to(top) if home.is_relative_to(top) else Path()
        found[home] = _Files((Path(top.name if home.is_relative_to(top) else home.name) / inside).as_posix())
    return found[home]


def _table(found: dict[Path, _Files], given: Path, path: Path) -> None:
    """Score rows and gates of cells are kept; a file that is no table at all is left to the reader of rows."""
    try:
        columns = set(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError):
        columns = _COLUMNS
    if columns >= _COLUMNS:
        _files(found, given, path).rows.append(path)
    elif path.parent.name == _GATES and is_gates(path):
        _files(found, given, path).gates += gates_of_cell(path, path.parent.with_name(_ROWS) / path.name)
