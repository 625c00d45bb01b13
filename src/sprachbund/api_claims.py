"""`sprachbund claims` in Python: `sb.claims("results")`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.data.catalogue import cards
from sprachbund.report.claims_contents import TITLE
from sprachbund.report.finished_claims import FinishedClaims
from sprachbund.report.run_info import RunInfo, shell_command
from sprachbund.results.claims.decide import decide
from sprachbund.results.claims.reading import read_studies

RESULTS = "results"
"""Where results are looked for unless folders are named."""


def claims(
    *folders: Path | str, output: Path | str | None = None, command: str = ""
) -> FinishedClaims:
    """Give every claim of 2205.08497 its verdict from stored results, and run the checks of architecture.

    Args:
        folders: of sweeps and probes, or folders of such folders; default: `results` in the working folder, if it is
            there.
        output: folder for `claims.json`, `claims.md` and `claims.html`; None: nothing is written.
        command: what the page says to type for the same; "" makes it of the folders.

    Raises:
        DataError: a folder that is not there, or has no results below it, or rows of one study that cannot be compared.
        FormatError: a damaged file of rows or of a probe.
        StorageError: no space, no permission.
    """
    from sprachbund.testing.check_claims import check_claims  # imports torch, which wrong input need not wait for

    places = [Path(folder) for folder in folders]
    default = Path(RESULTS)
    if not places and default.is_dir():
        places = [default]
    studies = read_studies(places, unaveraged={card.name: card.extra_languages for card in cards()})
    if folders and not studies:
        raise DataError("there is no sweep and no probe below", where=Location(", ".join(map(str, folders))),
                        remedy="name folders that `sprachbund sweep` or `sprachbund probe` wrote; without a folder the "
                               "checks of architecture alone decide")
    read = tuple(f"{study.name}: {len(study.rows):,} score rows, {len(study.probes)} probes" for study in studies)
    findings = decide(studies, check_claims(), read=read or ("no results",))
    told = command or shell_command(["sprachbund", "claims", *(place.name for place in places)])
    info = RunInfo(title=TITLE, command=told, created=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    finished = FinishedClaims(findings, info)
    return finished if output is None else finished.write(Path(output))
