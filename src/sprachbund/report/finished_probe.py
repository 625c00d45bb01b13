"""A finished probe: its findings and what is known of how they were made.

A probe's folder holds `probe.html`, `probe.md`, `figures/*.svg`, `probe.json` and `curves.parquet`; `probe.json`
suffices to make everything again but licences and versions, which stand in `info.json`. `tables/` has every table as
CSV, Markdown and LaTeX, `references.bib` what to cite.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.files import make_folder, write_text
from sprachbund.core.source import Location
from sprachbund.report.exports import probe_exports, probe_references, write_exports
from sprachbund.report.probe_contents import tell_probe
from sprachbund.report.probe_html import write_probe_html
from sprachbund.report.probe_markdown import write_probe_markdown
from sprachbund.report.run_info import RunInfo
from sprachbund.results.probe_files import PROBE_FILE, probe_json, read_probe, write_probe
from sprachbund.results.probe_findings import ProbeFindings

HTML, MARKDOWN, FIGURES, INFO = "probe.html", "probe.md", "figures", "info.json"


@dataclass(frozen=True)
class FinishedProbe:
    """Everything a probe has to say.

    Args:
        findings: measures, means, trends, subspaces, gates.
        info: command, settings, versions, licences.
        folder: where it was written, or None.
    """

    findings: ProbeFindings
    info: RunInfo
    folder: Path | None = None

    def write(self, folder: Path) -> FinishedProbe:
        """Write findings and reports into a folder (made if it is not there) and return the probe there.

        Raises:
            StorageError: no space, no permission; no file is left half-written.
        """
        make_folder(folder)
        write_probe(folder, self.findings)
        text = json.dumps(_run_info().dump_python(self.info, mode="json"), ensure_ascii=False, indent=1)
        write_text(folder / INFO, text + "\n")
        contents = tell_probe(self.findings, self.info)
        make_folder(folder / FIGURES)
        for drawn in contents.drawings():
            write_text(folder / FIGURES / f"{drawn.name}.svg", drawn.standalone)
        write_probe_markdown(folder / MARKDOWN, contents, FIGURES)
        write_probe_html(folder / HTML, contents)
        write_exports(folder, probe_exports(contents), probe_references(self.findings, self.info))
        return replace(self, folder=folder)

    @property
    def report(self) -> Path:
        """The HTML report.

        Raises:
            DataError: the probe was not written yet.
        """
        if self.folder is None:
            raise DataError("this probe has no folder yet", remedy="call write(folder) first")
        return self.folder / HTML

    def to_json(self) -> dict[str, object]:
        """What stands in `probe.json`."""
        return probe_json(self.findings)

    def __repr__(self) -> str:
        models = ", ".join(f"{model.role}: {model.name}" for model in self.findings.models)
        return f"<FinishedProbe: {models}; {len(self.findings.languages)} languages; {self.folder or 'not written'}>"


def is_probe(folder: Path) -> bool:
    """Whether a folder holds a probe."""
    return (folder / PROBE_FILE).is_file()


def read_finished_probe(folder: Path) -> FinishedProbe:
    """Read a probe from its folder.

    Raises:
        FormatError: its files are missing, damaged or of another version.
    """
    findings = read_probe(folder)
    path = folder / INFO
    try:
        return FinishedProbe(findings, _run_info().validate_json(path.read_text(encoding="utf-8")), folder)
    except (FileNotFoundError, UnicodeDecodeError, ValidationError):
        raise FormatError("not a description of a probe", where=Location(str(path)), remedy="probe again") from None


@cache
def _run_info() -> TypeAdapter[RunInfo]:
    return TypeAdapter(RunInfo)
