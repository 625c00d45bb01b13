"""A finished suite: scores, and what is known of how they were made.

Its folder holds `suite.html`, `suite.md`, `scores.json`, `info.json`, `tables/` (every table as CSV, Markdown and
LaTeX) and `references.bib`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from sprachbund.core.errors import DataError
from sprachbund.core.files import make_folder, write_text
from sprachbund.report.exports import probe_exports, write_exports
from sprachbund.report.probe_html import probe_html
from sprachbund.report.probe_markdown import write_probe_markdown
from sprachbund.report.references import data_references, method_references
from sprachbund.report.run_info import RunInfo
from sprachbund.report.suite_contents import tell_suite
from sprachbund.results.suite_scores import SuiteScores, scores_json

HTML, MARKDOWN, SCORES, INFO, FIGURES = "suite.html", "suite.md", "scores.json", "info.json", "figures"
_RUN_INFO = TypeAdapter(RunInfo)


@dataclass(frozen=True)
class FinishedSuite:
    """Everything a suite has to say.

    Args:
        scores: tasks, means, what is missing.
        info: command, settings, versions, licences.
        folder: where it was written, or None.
    """

    scores: SuiteScores
    info: RunInfo
    folder: Path | None = None

    def write(self, folder: Path) -> FinishedSuite:
        """Write scores and reports into a folder (made if it is not there) and return the suite there.

        Raises:
            StorageError: no space, no permission; no file is left half-written.
        """
        make_folder(folder)
        write_text(folder / SCORES, json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n")
        info = json.dumps(_RUN_INFO.dump_python(self.info, mode="json"), ensure_ascii=False, indent=1)
        write_text(folder / INFO, info + "\n")
        contents = tell_suite(self.scores, self.info)
        write_probe_markdown(folder / MARKDOWN, contents, FIGURES)
        write_text(folder / HTML, probe_html(contents, kicker="Sprachbund suite", legend=()))
        methods = method_references([f"suite:{self.scores.suite}"])
        write_exports(folder, probe_exports(contents), (*data_references(self.info.cards), *methods))
        return replace(self, folder=folder)

    @property
    def report(self) -> Path:
        """The HTML report.

        Raises:
            DataError: the suite was not written yet.
        """
        if self.folder is None:
            raise DataError("this suite has no folder yet", remedy="call write(folder) first")
        return self.folder / HTML

    def to_json(self) -> dict[str, object]:
        """What stands in `scores.json`."""
        return scores_json(self.scores)

    def __repr__(self) -> str:
        return f"<FinishedSuite: {self.scores.title}; {len(self.scores.tasks)} tasks; {self.folder or 'not written'}>"
