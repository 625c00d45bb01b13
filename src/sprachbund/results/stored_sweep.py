"""Findings of a sweep to JSON values and back."""

from __future__ import annotations

from functools import cache

from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.results.sweep_findings import SweepFindings


@cache
def _adapter() -> TypeAdapter[SweepFindings]:
    return TypeAdapter(SweepFindings)


def sweep_json(findings: SweepFindings) -> dict[str, object]:
    """Findings as JSON values."""
    return _adapter().dump_python(findings, mode="json")  # type: ignore[no-any-return]


def sweep_from_json(values: object, source: str = "findings") -> SweepFindings:
    """Findings from the values that `sweep_json` gave.

    Args:
        values: the JSON values.
        source: the file, for messages.

    Raises:
        FormatError: the values are no findings of a sweep of this version.
    """
    try:
        return _adapter().validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise FormatError(f"not findings of a sweep of this version: {place}: {first['msg']}",
                          where=Location(source), remedy="make the report again from the rows") from None
