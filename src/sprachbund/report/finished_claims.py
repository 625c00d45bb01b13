"""Finished claims: verdicts with what is known of how they were made, and their files.

A folder of claims holds `claims.json`, `claims.md` and `claims.html`; the first suffices to make the others again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import FormatError
from sprachbund.core.files import make_folder, write_text
from sprachbund.core.source import Location
from sprachbund.report.claims_contents import ClaimContents, tell_claims
from sprachbund.report.claims_html import claims_html
from sprachbund.report.claims_markdown import claims_markdown
from sprachbund.report.run_info import RunInfo
from sprachbund.results.claims.records import ClaimFindings, ClaimVerdict, claims_from_json, claims_json
from sprachbund.results.claims.statements import STATEMENTS

CLAIMS, MARKDOWN, HTML = "claims.json", "claims.md", "claims.html"
FORMAT, VERSION = "sprachbund claims", 1


@dataclass(frozen=True)
class FinishedClaims:
    """Everything that is said of the claims.

    Args:
        findings: the verdicts.
        info: title, command, when it was made.
        folder: where it was written, or None.
    """

    findings: ClaimFindings
    info: RunInfo
    folder: Path | None = None

    @property
    def report(self) -> Path:
        """The page."""
        return (self.folder or Path()) / HTML

    @property
    def contents(self) -> ClaimContents:
        """What every format tells."""
        return tell_claims(self.findings, self.info)

    def verdict(self, claim: str, encoder: str | None = None) -> ClaimVerdict:
        """The verdict on a claim ("C5"), of the first encoder if none is named.

        Raises:
            KeyError: no such claim or encoder.
        """
        return self.findings.verdict(claim, encoder)

    def write(self, folder: Path) -> FinishedClaims:
        """Write all files into a folder (made if it is not there) and return the claims there.

        Raises:
            StorageError: no space, no permission; no file is left half-written.
        """
        make_folder(folder)
        write_text(folder / CLAIMS, json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n")
        write_text(folder / MARKDOWN, claims_markdown(self.contents))
        write_text(folder / HTML, claims_html(self.contents))
        return replace(self, folder=folder)

    def to_json(self) -> dict[str, object]:
        """What stands in `claims.json`: what the verdicts speak of comes first, so that none is read without it."""
        return {
            "format": FORMAT, "version": VERSION,
            "speaks of": [item.mechanism for item in self.findings.encoders],
            "provenance": [item.provenance for item in self.findings.encoders if item.provenance],
            "claims": {statement.claim: {"says": statement.says, "rule": statement.rule} for statement in STATEMENTS},
            "run": _run_info().dump_python(self.info, mode="json"),
            "findings": claims_json(self.findings),
        }


def is_claims(folder: Path) -> bool:
    """Whether a folder holds claims."""
    return (folder / CLAIMS).is_file()


def read_claims(folder: Path) -> FinishedClaims:
    """Read claims from their folder.

    Raises:
        FormatError: there is no `claims.json`, or it is damaged or of another version.
    """
    path = folder / CLAIMS
    where = Location(str(path))
    remedy = "make it again from the results: sprachbund claims FOLDER"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FormatError("there is no such file", where=where, remedy=remedy) from None
    except ValueError as error:  # bytes that are not UTF-8, or not JSON
        raise FormatError(f"not valid JSON: {error}", where=where, remedy=remedy) from None
    if not isinstance(values, dict) or values.get("format") != FORMAT or values.get("version") != VERSION:
        raise FormatError(f"expected {FORMAT!r} of version {VERSION}", where=where, remedy=remedy)
    findings = claims_from_json(values.get("findings"), str(path))
    try:
        return FinishedClaims(findings, _run_info().validate_python(values.get("run")), folder)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"not a description of a run: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise FormatError(what, where=where, remedy=remedy) from None


@cache
def _run_info() -> TypeAdapter[RunInfo]:
    return TypeAdapter(RunInfo)
