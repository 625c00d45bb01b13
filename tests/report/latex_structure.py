"""What LaTeX demands of a file's structure, as far as a table goes: braces, environments, cells a row."""

from __future__ import annotations

import re

_BEGIN_END = re.compile(r"(?<!\\)\\(begin|end)\{([^{}]*)\}")


def check_latex(text: str) -> list[list[str]]:
    """Check braces, environments and that every row has as many cells as the table has columns.

    Returns:
        The cells of every row, column heads first.

    Raises:
        AssertionError: what is wrong.
    """
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert not re.search(r"(?<!\\)(?:\\\\)*%", body), "a comment swallows the rest of its line"
    depth = 0
    for character in re.sub(r"\\[\\{}]", "", body):
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0, "a brace is closed that was not opened"
    assert depth == 0, "a brace stays open"
    open_ones: list[str] = []
    for what, name in _BEGIN_END.findall(body):
        if what == "begin":
            open_ones.append(name)
        else:
            assert open_ones, f"{name} ends and did not begin"
            assert open_ones.pop() == name
    assert not open_ones, open_ones
    found = re.search(r"\\begin\{(tabular|longtable)\}\{((?:[lr]|p\{[^{}]*\})+)\}\n(.*)\\end\{\1\}", body, re.DOTALL)
    assert found, "no table"
    columns = len(re.findall(r"[lr]|p\{[^{}]*\}", found[2]))
    rows = [line.removesuffix(r" \\") for line in found[3].splitlines()
            if line.endswith(r" \\") and not line.startswith(r"\caption")]
    assert all(line.endswith(r" \\") or re.fullmatch(r"\\\w+", line) for line in found[3].splitlines())
    cells = [re.split(r"(?<!\\)&", row) for row in rows]
    assert {len(row) for row in cells} == {columns}, "a row has another number of cells than the table has columns"
    return [[cell.strip() for cell in row] for row in cells]
