"""Suites of benchmarks in Python: `sb.score_suite("submission")`; the command line calls this too."""

from __future__ import annotations

from pathlib import Path

from sprachbund.api import hardware, now, told_command, versions
from sprachbund.core.files import check_folder
from sprachbund.report.finished_suite import FinishedSuite
from sprachbund.report.run_info import RunInfo
from sprachbund.studies.suite_config import read_suite
from sprachbund.studies.suite_scoring import score_folder

PREDICTIONS, LABELS = "predictions", "labels"


def score_suite(
    folder: Path | str,
    *,
    labels: Path | str | None = None,
    suite: str = "xtreme",
    output: Path | str | None = None,
    command: str = "",
) -> FinishedSuite:
    """Score predictions in XTREME's layout (`TASK/test-LANGUAGE.tsv`) as its evaluator scores them.

    Args:
        folder: predictions, with labels elsewhere; or a folder that holds `predictions` and `labels`.
        labels: folder of labels; None: `labels` below or beside the predictions.
        suite: "xtreme" or "xtreme-r".
        output: folder for a report and tables; None writes nothing.
        command: what the report says to type; "" makes it of the arguments.

    Raises:
        DataError, FormatError: a folder or file that is not there, or not what its task asks.
        RegistryError: no such suite.
    """
    chosen, given = read_suite(suite), Path(folder)
    predictions = given / PREDICTIONS if (given / PREDICTIONS).is_dir() else given
    beside = predictions.parent / LABELS
    gold = Path(labels) if labels is not None else beside if beside.is_dir() else given / LABELS
    if output is not None:
        check_folder(Path(output))
    scores = score_folder(chosen, predictions, gold, system=given.resolve().name)
    told = command or told_command("score_suite", folder, {"suite": suite})
    info = RunInfo(title=f"{chosen.title}: {given.resolve().name}", command=told, versions=versions(),
                   hardware=hardware(), created=now())
    finished = FinishedSuite(scores, info)
    return finished if output is None else finished.write(Path(output))
