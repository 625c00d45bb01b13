"""Probes of a sweep's models on disk, a file a model, by which a sweep knows what it need not probe again."""

from __future__ import annotations

from pathlib import Path

from sprachbund.results.probe_files import PROBES, stage_of, write_cell_probe
from sprachbund.results.probe_findings import ProbeFindings
from sprachbund.studies.rows_folder import KEY_DIGITS, ROWS, RowsFolder, file_name


class ProbesFolder:
    """Probe files of finished cells; they lie in `probes` beside the row files.

    Args:
        rows: the row files. Where these lie in other folders too, probes below them and beside them count.

    Attributes:
        folder: where finished probes are written; made when the first one is.
        files: key of the probe stage -> its file.

    Raises:
        FormatError: a file that does not hold a probe.
    """

    def __init__(self, rows: RowsFolder) -> None:
        self.folder = rows.folder.with_name(PROBES)
        places = [self.folder]
        for other in rows.others:
            places += [other.with_name(PROBES)] if other.name == ROWS else sorted({other, *other.rglob(PROBES)})
        self.files: dict[str, Path] = {}
        for path in (path for place in places if place.name == PROBES for path in sorted(place.glob("[!.]*.json"))):
            if (key := stage_of(path)) is not None:
                self.files.setdefault(key, path.absolute())

    def write(self, name: str, key: str, findings: ProbeFindings) -> Path:
        """Write the probe of a cell's model, all or nothing.

        Args:
            name: the cell in words.
            key: of the probe stage; the file's name tells it shortened.
            findings: of this model alone.

        Raises:
            StorageError: no space, no permission.
        """
        path = (self.folder / f"{file_name(name)}-{key[:KEY_DIGITS]}.json").absolute()
        write_cell_probe(path, findings, key)
        self.files[key] = path
        return path
