"""Identities of examples: the file's own id where it has one, else the position; never the same twice."""

from __future__ import annotations

from collections import Counter


class Identities:
    """Gives each example of a file its identity, in order.

    Args:
        notes: `repeated_ids` counts ids that the file has given before; those get `#` and their position.
    """

    def __init__(self, notes: Counter[str]) -> None:
        self._notes = notes
        self._seen: set[str] = set()
        self._position = 0

    def next(self, own: str | None) -> str:
        """The identity of the next example, whose id in the file is `own` (None or "" where it has none)."""
        self._position += 1
        identity = own or str(self._position)
        if identity in self._seen:
            if own:
                self._notes["repeated_ids"] += 1
            identity = f"{identity}#{self._position}"
            while identity in self._seen:
                identity += "'"
        self._seen.add(identity)
        return identity
