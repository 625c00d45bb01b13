"""A finished run: its rows, what may be concluded from them, and what is known of how it was made.

A run's folder holds `report.html`, `report.md`, `languages.svg`, `map.svg`, `results.json` and `rows.parquet`; the
last two suffice to make everything again. `tables/` has every table as CSV, Markdown and LaTeX, `references.bib` what
to cite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sprachbund.core.errors import DataError
from sprachbund.core.files import make_folder, write_text
from sprachbund.core.source import Location
from sprachbund.report.charts import charts
from sprachbund.report.contents import tell
from sprachbund.report.exports import run_exports, run_references, write_exports
from sprachbund.report.html import write_html
from sprachbund.report.language_charts import transfer_map
from sprachbund.report.lookup import Lookup
from sprachbund.report.markdown import write_markdown
from sprachbund.report.run_info import RunInfo
from sprachbund.report.stored import read_results, results_json, write_results
from sprachbund.results.findings import Findings
from sprachbund.results.records import ScoreRow, read_rows, write_rows

ROWS = "rows.parquet"
RESULTS = "results.json"
HTML = "report.html"
MARKDOWN = "report.md"
CHART = "languages.svg"
MAP = "map.svg"


@dataclass(frozen=True)
class FinishedRun:
    """Everything a run has to say.

    Args:
        rows: score rows of every system, seed, language and metric.
        findings: averages, intervals, comparisons.
        info: command, settings, versions, timings, licences.
        folder: where it was written, or None.
    """

    rows: Sequence[ScoreRow]
    findings: Findings
    info: RunInfo
    folder: Path | None = None

    def write(self, folder: Path) -> FinishedRun:
        """Write rows, results and reports into a folder (made if it is not there) and return the run there.

        Raises:
            StorageError: no space, no permission; no file is left half-written.
        """
        make_folder(folder)
        write_rows(folder / ROWS, self.rows)
        write_results(folder / RESULTS, self.findings, self.info)
        write_markdown(folder / MARKDOWN, self.findings, self.info)
        write_html(folder / HTML, self.findings, self.info)
        write_exports(folder, run_exports(tell(self.findings, self.info), self.findings),
                      run_references(self.findings, self.info))
        write_text(folder / CHART, charts(Lookup(self.findings)).scores(standalone=True))
        found = self.findings.languages
        drawn = transfer_map(found, self.findings.targets, self.findings.scores, "map") if found else None
        if drawn is not None:
            write_text(folder / MAP, drawn.standalone)
        return replace(self, folder=folder)

    @property
    def report(self) -> Path:
        """The HTML report.

        Raises:
            DataError: the run was not written yet.
        """
        if self.folder is None:
            raise DataError("this run has no folder yet", remedy="call write(folder) first")
        return self.folder / HTML

    def to_json(self) -> dict[str, object]:
        """What stands in `results.json`."""
        return results_json(self.findings, self.info)

    def average(self, system: str | None = None) -> float:
        """The primary metric's mean over all target languages (source left out), in points.

        Args:
            system: name of a system; None: the first one, the baseline.

        Raises:
            DataError: no such system.
        """
        wanted = system or self.findings.systems[0].name
        for item in self.findings.averages:
            if (item.system, item.metric, item.kind) == (wanted, self.findings.metric.name, "targets"):
                return item.estimate.mean
        names = ", ".join(known.name for known in self.findings.systems)
        raise DataError(f"this run has no average of a system {wanted!r}", remedy=f"it has: {names}")

    def __repr__(self) -> str:
        metric, systems = self.findings.metric.name, ", ".join(item.name for item in self.findings.systems)
        targets = sum(not target.is_source for target in self.findings.targets)
        return f"<FinishedRun: {systems}; {metric} in {targets} target languages; {self.folder or 'not written'}>"


def read_finished_run(folder: Path) -> FinishedRun:
    """Read a run from its folder.

    Raises:
        DataError: there is no finished run.
        FormatError: its files are damaged or of another version.
    """
    for name in (ROWS, RESULTS):
        if not (folder / name).is_file():
            raise DataError(f"there is no finished run here (no {name})", where=Location(str(folder)),
                            remedy="give the output folder of `sprachbund run`, such as runs/NAME")
    findings, info = read_results(folder / RESULTS)
    return FinishedRun(read_rows(folder / ROWS), findings, info, folder)
