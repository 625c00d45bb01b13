"""Probes on disk: `probe.json` with everything, `curves.parquet` with a row a point; a file a model in a sweep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import FormatError
from sprachbund.core.files import write_aside, write_text
from sprachbund.core.source import Location
from sprachbund.results.probe_findings import Point, Probed, ProbeFindings

FORMAT = "sprachbund probe"
VERSION = 1
PROBE_FILE, CURVES_FILE = "probe.json", "curves.parquet"
PROBES = "probes"
"""The folder of probes below a sweep's own, a file a model."""


@cache
def _adapter() -> TypeAdapter[ProbeFindings]:
    return TypeAdapter(ProbeFindings)


@cache
def _probed() -> TypeAdapter[Probed]:
    return TypeAdapter(Probed)


def write_probe(folder: Path, findings: ProbeFindings) -> None:
    """Write `probe.json` and `curves.parquet` (the points, a row each) into a folder.

    Raises:
        StorageError: no space, no permission.
    """
    write_text(folder / PROBE_FILE, json.dumps(probe_json(findings), ensure_ascii=False, allow_nan=False) + "\n")
    write_curves(folder / CURVES_FILE, findings.points)


def write_cell_probe(path: Path, findings: ProbeFindings, stage: str) -> None:
    """Write the probe of a sweep's model, with the key of the stage that made it, as one file, all or nothing.

    Raises:
        StorageError: no space, no permission.
    """
    values = {"stage": stage, **probe_json(findings)}
    write_text(path, json.dumps(values, ensure_ascii=False, allow_nan=False) + "\n")


def stage_of(path: Path) -> str | None:
    """The key of the stage that made a sweep's probe; None of any other probe.

    Raises:
        FormatError: as `read_probe`.
    """
    stage = _read_probe_json(path).get("stage")
    return stage if isinstance(stage, str) else None


def probe_json(findings: ProbeFindings) -> dict[str, object]:
    """What stands in `probe.json`, the provenance first, so that nobody reads a number without it."""
    return {"format": FORMAT, "version": VERSION, "provenance": findings.provenance,
            "findings": _adapter().dump_python(findings, mode="json")}


def read_probe(path: Path) -> ProbeFindings:
    """Read a `probe.json`, or the one in a folder.

    Raises:
        FormatError: not there, not JSON, or not of this version.
    """
    file = path / PROBE_FILE if path.is_dir() else path
    values = _read_probe_json(file)
    try:
        return _adapter().validate_python(values["findings"])
    except (ValidationError, KeyError) as error:
        raise FormatError(f"not findings of a probe: {_first(error)}", where=Location(str(file)),
                          remedy="probe again") from None


def _read_probe_json(file: Path) -> dict[str, object]:
    values = _read_json(file)
    if not isinstance(values, dict) or values.get("format") != FORMAT or values.get("version") != VERSION:
        raise FormatError(f"expected {FORMAT!r} of version {VERSION}", where=Location(str(file)), remedy="probe again")
    return values


def write_probed(path: Path, probed: Probed) -> None:
    """Write what was measured on one model as JSON, atomically."""
    write_text(path, json.dumps(_probed().dump_python(probed, mode="json"), ensure_ascii=False, allow_nan=False))


def read_probed(path: Path) -> Probed:
    """Read what `write_probed` wrote.

    Raises:
        FormatError: it is something else.
    """
    try:
        return _probed().validate_python(_read_json(path))
    except ValidationError as error:
        raise FormatError(f"not a probed model: {_first(error)}", where=Location(str(path)),
                          remedy="probe again") from None


def write_curves(path: Path, points: Sequence[Point]) -> None:
    """Write points to a parquet file, a column a field of `Point`."""
    columns = {item.name: [getattr(point, item.name) for point in points] for item in fields(Point)}
    floats, integers = {"value", "low", "high"}, {"n"}
    schema = pa.schema([(name, pa.float64() if name in floats else pa.int64() if name in integers else pa.string())
                        for name in columns], metadata={"sprachbund.curves": str(VERSION)})
    with write_aside(path) as temporary:
        pq.write_table(pa.table(columns, schema=schema), temporary, compression="zstd")


def _read_json(path: Path) -> object:
    where = Location(str(path))
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FormatError("there is no such file", where=where,
                          remedy="name the output folder of `sprachbund probe`") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise FormatError(f"not valid JSON: {error}", where=where, remedy="probe again") from None


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        detail = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}"
    return f"{error} is missing"
