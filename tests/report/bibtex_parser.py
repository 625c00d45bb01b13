"""A small strict parser of BibTeX: entries with a key and braced fields, nothing between them but blanks."""

from __future__ import annotations

import re

_HEAD = re.compile(r"\s*@([a-z]+)\{([^\s,{}\"#%~\\]+),\s*")
_FIELD = re.compile(r"([a-z]+)\s*=\s*\{")


def parse_bibtex(text: str) -> dict[str, dict[str, str]]:
    """Read entries: key -> field -> value; braces are counted as BibTeX counts them, escaped ones too.

    Raises:
        ValueError: anything that BibTeX would stumble over.
    """
    found: dict[str, dict[str, str]] = {}
    place = 0
    while text[place:].strip():
        head = _HEAD.match(text, place)
        if head is None:
            raise ValueError(f"no entry at {text[place:place + 40]!r}")
        if head[2] in found:
            raise ValueError(f"repeated key {head[2]}")
        fields, place = {"": head[1]}, head.end()
        while text[place] != "}":
            field = _FIELD.match(text, place)
            if field is None:
                raise ValueError(f"no field at {text[place:place + 40]!r}")
            start = place = field.end()
            depth = 1
            while depth:
                depth += {"{": 1, "}": -1}.get(text[place], 0)
                place += 1
            if field[1] in fields:
                raise ValueError(f"repeated field {field[1]}")
            fields[field[1]] = text[start:place - 1]
            rest = re.compile(r"\s*,?\s*").match(text, place)
            place = rest.end() if rest else place
        place += 1
        found[head[2]] = fields
    return found
