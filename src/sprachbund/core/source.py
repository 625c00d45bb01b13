"""How every message names a place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file: path, line and column, both counted from 1.

    Args:
        path: the file as the user named it.
        line: line number from 1, or None where a line makes no sense (binary files).
        column: column from 1 in characters, or None.
    """

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.path]
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(parts)
