"""`results.json`: findings and what is known of the run in one file, from which a report can be made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import FormatError
from sprachbund.core.files import write_text
from sprachbund.core.source import Location
from sprachbund.report.run_info import RunInfo
from sprachbund.results.findings import Findings, findings_from_json, findings_json

FORMAT = "sprachbund results"
VERSION = 1


def results_json(findings: Findings, info: RunInfo) -> dict[str, object]:
    """Findings and run as JSON values, the provenance first, so that nobody reads a number without it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "provenance": list(findings.provenance),
        "run": _run_info().dump_python(info, mode="json"),
        "findings": findings_json(findings),
    }


def write_results(path: Path, findings: Findings, info: RunInfo) -> None:
    """Write `results.json`, atomically.

    Raises:
        StorageError: no space, no permission.
    """
    write_text(path, json.dumps(results_json(findings, info), ensure_ascii=False, indent=1) + "\n")


def read_results(path: Path) -> tuple[Findings, RunInfo]:
    """Read a `results.json`.

    Raises:
        FormatError: not there, not JSON, or not results of this version.
    """
    where = Location(str(path))
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        remedy = "name a results.json of a finished run"
        raise FormatError("there is no such file", where=where, remedy=remedy) from None
    except UnicodeDecodeError as error:
        raise FormatError(f"byte {error.start} is not UTF-8", where=where) from None
    except json.JSONDecodeError as error:
        place = Location(str(path), error.lineno, error.colno)
        raise FormatError(f"not valid JSON: {error.msg}", where=place) from None
    if not isinstance(values, Mapping) or values.get("format") != FORMAT or values.get("version") != VERSION:
        raise FormatError(f"expected {FORMAT!r} of version {VERSION}", where=where,
                          remedy="make the report again from the rows")
    findings = findings_from_json(values.get("findings"), str(path))
    try:
        return findings, _run_info().validate_python(values.get("run"))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"not a description of a run: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise FormatError(what, where=where, remedy="make the report again from the rows") from None


@cache
def _run_info() -> TypeAdapter[RunInfo]:
    return TypeAdapter(RunInfo)
