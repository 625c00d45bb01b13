"""Identities of examples: the file's own id where it has one, else the position; never the same twice."""

from __future__ import annotations

from array import array
from collections import Counter
from hashlib import blake2b


class Identities:
    """Gives each example of a file its identity, in order.

    Args:
        notes: `repeated_ids` counts ids that the file has given before; those get `#` and their position.
    """

    def __init__(self, notes: Counter[str]) -> None:
        self._notes = notes
        self._seen: SeenTexts | None = None  # not needed before the file gives an id: positions never repeat
        self._position = 0

    def next(self, own: str | None) -> str:
        """The identity of the next example, whose id in the file is `own` (None or "" where it has none)."""
        self._position += 1
        identity = own or str(self._position)
        if self._seen is None:
            if not own:
                return identity
            self._seen = SeenTexts()
            for position in range(1, self._position):
                self._seen.add(str(position))
        if not self._seen.add(identity):
            if own:
                self._notes["repeated_ids"] += 1
            identity = f"{identity}#{self._position}"
            while not self._seen.add(identity):
                identity += "'"
        return identity


class SeenTexts:
    """Which texts there were, in 12 to 24 bytes each: a hash table of 64-bit digests.

    Two of a million texts have the same digest once in 37 million files; the second one then counts as
    seen. Digests are the same in every process.
    """

    def __init__(self) -> None:
        self._table = array("Q", bytes(8 * 1024))
        self._count = 0

    def add(self, text: str) -> bool:
        """Note a text; False if it was there before."""
        digest = int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") or 1
        if not _put(self._table, digest):
            return False
        self._count += 1
        if 3 * self._count > 2 * len(self._table):
            larger = array("Q", bytes(16 * len(self._table)))
            for each in self._table:
                if each:
                    _put(larger, each)
            self._table = larger
        return True


def _put(table: array[int], digest: int) -> bool:
    """Put a digest at the first free place from where it belongs (0 is free); False if it is there."""
    last = len(table) - 1
    place = digest & last
    while found := table[place]:
        if found == digest:
            return False
        place = (place + 1) & last
    table[place] = digest
    return True
