"""Find the row files and probes of studies below folders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.results.claims.evidence import Study
from sprachbund.results.probe_files import PROBE_FILE, read_probe
from sprachbund.results.probe_findings import ProbeFindings
from sprachbund.results.sweep_rows import read_sweep_rows

_ROWS = "rows"
_COLUMNS = {"identities", "counts", "system", "seed"}


def read_studies(folders: Iterable[Path], *, unaveraged: Mapping[str, Collection[str]] | None = None) -> list[Study]:
    """Read everything below folders: each folder with row files (or a folder `rows` of them) or a probe is a study.

    Tables that hold no score rows (curves of a probe, gate statistics) are passed over.

    Args:
        folders: of sweeps, runs and probes, or folders of such folders.
        unaveraged: data set -> its targets that enter no average (a second treebank of a language).

    Raises:
        DataError: a folder that is not there.
        FormatError: a damaged row file or probe, or one of another version.
    """
    found: dict[Path, tuple[str, list[Path], list[ProbeFindings]]] = {}
    for folder in folders:
        if not folder.is_dir():
            raise DataError("there is no such folder", where=Location(str(folder)),
                            remedy="name folders that `sprachbund sweep` or `sprachbund probe` wrote")
        for path in sorted(folder.rglob("*")):
            if path.suffix == ".parquet" and _holds_rows(path):
                _study(found, folder, path)[1].append(path)
            elif path.name == PROBE_FILE:
                _study(found, folder, path)[2].append(read_probe(path))
    return [Study(name, read_sweep_rows(rows) if rows else (), tuple(probes), unaveraged or {})
            for name, rows, probes in found.values()]


def _study(
    found: dict[Path, tuple[str, list[Path], list[ProbeFindings]]], given: Path, path: Path
) -> tuple[str, list[Path], list[ProbeFindings]]:
    """The study that a file belongs to, by its folder; named below the folder given, so that no machine is told."""
    home = path.parent.parent if path.parent.name == _ROWS and path.parent != given else path.parent
    key = home.resolve()
    if key not in found:
        inner = home.relative_to(given) if home.is_relative_to(given) else Path()
        found[key] = ((Path(given.resolve().name) / inner).as_posix(), [], [])
    return found[key]


def _holds_rows(path: Path) -> bool:
    """Whether a table has the columns of score rows; a file that is no table at all is left to the reader of rows."""
    try:
        return set(pq.read_schema(path).names) >= _COLUMNS
    except (pa.ArrowInvalid, OSError):
        return True
