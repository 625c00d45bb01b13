"""A finished retrieval: its rows, findings and what is known of how they were made.

Its folder holds `retrieval.html`, `retrieval.md`, `figures/*.svg`, `retrieval.json`, `rows.parquet` and `info.json`;
`tables/` (every table as CSV, Markdown and LaTeX) and `references.bib`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.files import make_folder, write_text
from sprachbund.core.source import Location
from sprachbund.report.exports import probe_exports, retrieval_references, write_exports
from sprachbund.report.probe_html import probe_html
from sprachbund.report.probe_markdown import write_probe_markdown
from sprachbund.report.retrieval_contents import legend, tell_retrieval
from sprachbund.report.run_info import RunInfo
from sprachbund.results.records import ScoreRow, read_rows, write_rows
from sprachbund.results.retrieval_findings import (
    RETRIEVAL_FILE,
    RetrievalFindings,
    read_retrieval,
    retrieval_json,
    write_retrieval,
)

HTML, MARKDOWN, FIGURES, INFO, ROWS = "retrieval.html", "retrieval.md", "figures", "info.json", "rows.parquet"


@dataclass(frozen=True)
class FinishedRetrieval:
    """Everything a retrieval has to say.

    Args:
        rows: score rows of every system, language and metric.
        findings: scores, means, differences.
        info: command, settings, versions, licences.
        folder: where it was written, or None.
    """

    rows: Sequence[ScoreRow]
    findings: RetrievalFindings
    info: RunInfo
    folder: Path | None = None

    def write(self, folder: Path) -> FinishedRetrieval:
        """Write rows, findings and reports into a folder (made if it is not there) and return the retrieval there.

        Raises:
            StorageError: no space, no permission; no file is left half-written.
        """
        make_folder(folder)
        write_rows(folder / ROWS, self.rows)
        write_retrieval(folder / RETRIEVAL_FILE, self.findings)
        text = json.dumps(_run_info().dump_python(self.info, mode="json"), ensure_ascii=False, indent=1)
        write_text(folder / INFO, text + "\n")
        contents = tell_retrieval(self.findings, self.info)
        make_folder(folder / FIGURES)
        for drawn in contents.drawings():
            write_text(folder / FIGURES / f"{drawn.name}.svg", drawn.standalone)
        write_probe_markdown(folder / MARKDOWN, contents, FIGURES)
        write_text(folder / HTML, probe_html(contents, kicker="Sprachbund retrieval", legend=legend(self.findings)))
        codes = [target.code for target in self.findings.targets]
        write_exports(folder, probe_exports(contents, codes), retrieval_references(self.findings, self.info))
        return replace(self, folder=folder)

    @property
    def report(self) -> Path:
        """The HTML report.

        Raises:
            DataError: the retrieval was not written yet.
        """
        if self.folder is None:
            raise DataError("this retrieval has no folder yet", remedy="call write(folder) first")
        return self.folder / HTML

    def to_json(self) -> dict[str, object]:
        """What stands in `retrieval.json`."""
        return retrieval_json(self.findings)

    def __repr__(self) -> str:
        names = ", ".join(metric.name for metric in self.findings.metrics)
        return (f"<FinishedRetrieval: {self.findings.data_set}; {names}; {len(self.findings.systems)} systems; "
                f"{len(self.findings.targets)} languages; {self.folder or 'not written'}>")


def is_retrieval(folder: Path) -> bool:
    """Whether a folder holds a retrieval."""
    return (folder / RETRIEVAL_FILE).is_file()


def read_finished_retrieval(folder: Path) -> FinishedRetrieval:
    """Read a retrieval from its folder.

    Raises:
        FormatError: its files are missing, damaged or of another version.
    """
    findings, path = read_retrieval(folder / RETRIEVAL_FILE), folder / INFO
    try:
        info = _run_info().validate_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, ValidationError):
        raise FormatError("not a description of a retrieval", where=Location(str(path)),
                          remedy="run `sprachbund retrieve` again") from None
    return FinishedRetrieval(read_rows(folder / ROWS), findings, info, folder)


@cache
def _run_info() -> TypeAdapter[RunInfo]:
    return TypeAdapter(RunInfo)
