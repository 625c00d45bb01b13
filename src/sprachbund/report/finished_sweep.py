"""A finished (or half-finished) sweep: what its rows say, and what is known of how they were made.

A sweep's folder holds `sweep.html`, `sweep.md`, `sweep.json`, `figures/*.svg`, `tables/` (every table as CSV, Markdown
and LaTeX) and `references.bib`; the rows lie beside them in `rows/`, a file a cell, and suffice to make everything
again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.files import make_folder, write_text
from sprachbund.core.source import Location
from sprachbund.data.catalogue import find_card
from sprachbund.languages.segmentation import Segmentation
from sprachbund.report.exports import sweep_exports, sweep_references, write_exports
from sprachbund.report.run_info import RunInfo
from sprachbund.report.sweep_contents import tell_sweep
from sprachbund.report.sweep_html import write_sweep_html
from sprachbund.report.sweep_markdown import write_sweep_markdown
from sprachbund.results.records import ScoreRow
from sprachbund.results.stored_sweep import sweep_from_json, sweep_json
from sprachbund.results.sweep_findings import SweepFindings
from sprachbund.results.sweep_rows import read_sweep_rows
from sprachbund.results.sweeps import sweep_findings

SWEEP = "sweep.json"
HTML = "sweep.html"
MARKDOWN = "sweep.md"
FIGURES = "figures"
ROWS_FOLDER = "rows"
FORMAT = "sprachbund sweep"
VERSION = 1


@dataclass(frozen=True)
class FinishedSweep:
    """Everything a sweep has to say.

    Args:
        findings: gains, choices, luck, curves, languages, by task.
        info: command, settings, versions, licences.
        folder: where it was written, or None.
    """

    findings: SweepFindings
    info: RunInfo
    folder: Path | None = None

    def write(self, folder: Path) -> FinishedSweep:
        """Write findings and reports into a folder (made if it is not there) and return the sweep there.

        Raises:
            StorageError: no space, no permission; no file is left half-written.
        """
        make_folder(folder)
        text = json.dumps(self.to_json(), ensure_ascii=False, indent=1)
        write_text(folder / SWEEP, text + "\n")
        contents = tell_sweep(self.findings, self.info)
        make_folder(folder / FIGURES)
        for drawn in contents.drawings():
            write_text(folder / FIGURES / f"{drawn.name}.svg", drawn.standalone)
        write_sweep_markdown(folder / MARKDOWN, contents, FIGURES)
        write_sweep_html(folder / HTML, contents)
        write_exports(folder, sweep_exports(contents), sweep_references(self.findings, self.info))
        return replace(self, folder=folder)

    @property
    def report(self) -> Path:
        """The HTML report.

        Raises:
            DataError: the sweep was not written yet.
        """
        if self.folder is None:
            raise DataError("this sweep has no folder yet", remedy="call write(folder) first")
        return self.folder / HTML

    def to_json(self) -> dict[str, object]:
        """What stands in `sweep.json`, the provenance and remarks first, so that nobody reads a number without them."""
        remarks = {part.data_set: list(part.remarks) for part in self.findings.parts if part.remarks}
        return {
            "format": FORMAT, "version": VERSION, "provenance": list(self.findings.provenance), "remarks": remarks,
            "run": _run_info().dump_python(self.info, mode="json"), "findings": sweep_json(self.findings),
        }

    def __repr__(self) -> str:
        tasks = ", ".join(part.data_set for part in self.findings.parts)
        return f"<FinishedSweep: {tasks}; {self.folder or 'not written'}>"


def finish_sweep(
    rows: Sequence[ScoreRow], info: RunInfo, *, unaveraged: Collection[str] | None = None,
    planned: Sequence[str] = (), baseline: str | None = None,
    segmentation: Mapping[str, Mapping[str, Segmentation]] | None = None,
) -> FinishedSweep:
    """Find what rows say and put it beside what is known of the sweep.

    Args:
        rows: of finished cells, however many.
        info: how they were made.
        unaveraged: targets that enter no average; None: those that the data sets' cards name as extra.
        planned, baseline, segmentation: as in `sweep_findings`.

    Raises:
        DataError: as in `sweep_findings`.
    """
    if unaveraged is None:
        known = (find_card(name) for name in dict.fromkeys(row.data_set for row in rows))
        unaveraged = {code for card in known if card for code in card.extra_languages}
    found = sweep_findings(rows, baseline=baseline, unaveraged=unaveraged, planned=planned, segmentation=segmentation)
    return FinishedSweep(found, info)


def is_sweep(folder: Path) -> bool:
    """Whether a folder holds a sweep, finished or not: its findings, or rows of cells."""
    return (folder / SWEEP).is_file() or any((folder / ROWS_FOLDER).glob("*.parquet"))


def sweep_from_rows(folder: Path) -> FinishedSweep:
    """Make the findings of a sweep again from the rows in its folder, finished or not.

    What is known of how the rows were made, and how words were cut into pieces, is taken from its `sweep.json`,
    where there is one.

    Raises:
        DataError: no rows, or rows that cannot be compared.
        FormatError: a file that does not hold score rows.
    """
    below = folder / ROWS_FOLDER
    rows = read_sweep_rows([below if below.is_dir() else folder])
    if not (folder / SWEEP).is_file():
        return finish_sweep(rows, RunInfo(title=f"Sweep {folder.name}"))
    told = read_finished_sweep(folder)
    measured = {part.data_set: part.in_depth.segmentation for part in told.findings.parts if part.in_depth}
    return finish_sweep(rows, told.info, segmentation=measured)


def read_finished_sweep(folder: Path) -> FinishedSweep:
    """Read a sweep from its folder.

    Raises:
        DataError: there is no sweep.
        FormatError: its `sweep.json` is damaged or of another version.
    """
    path = folder / SWEEP
    if not path.is_file():
        raise DataError(f"there is no finished sweep here (no {SWEEP})", where=Location(str(folder)),
                        remedy="give the output folder of `sprachbund sweep`")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise FormatError(f"byte {error.start} is not UTF-8", where=Location(str(path))) from None
    except json.JSONDecodeError as error:
        place = Location(str(path), error.lineno, error.colno)
        raise FormatError(f"not valid JSON: {error.msg}", where=place) from None
    if not isinstance(values, Mapping) or values.get("format") != FORMAT or values.get("version") != VERSION:
        raise FormatError(f"expected {FORMAT!r} of version {VERSION}", where=Location(str(path)),
                          remedy="make the report again from the rows")
    findings = sweep_from_json(values.get("findings"), str(path))
    try:
        return FinishedSweep(findings, _run_info().validate_python(values.get("run")), folder)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"not a description of a sweep: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise FormatError(what, where=Location(str(path)), remedy="make the report again from the rows") from None


@cache
def _run_info() -> TypeAdapter[RunInfo]:
    return TypeAdapter(RunInfo)
