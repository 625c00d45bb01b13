"""A report's table as CSV: numbers in full precision, what stands beside them in columns of its own."""

from __future__ import annotations

import csv
import io
import math
import re

from sprachbund.report.tables import NONE, Cell, Column, Table

_RANGE = re.compile(r"(?<=[0-9])–(?=[-0-9])")
_NUMBER = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


def csv_table(table: Table) -> str:
    """The table as CSV after RFC 4180, with a line feed as line end.

    A column whose cells have details (intervals, deviations, language sets) is followed by one that holds them,
    "; " between them. Numbers have a point and an ASCII minus and are not rounded where the exact value is known; a
    value that there is not is empty; ranges are "a to b". A grouped table begins with the column "Group".
    """
    detailed = [any(len(line.cells) > place and line.cells[place].details for line in table.lines)
                for place in range(len(table.columns))]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(["Group"] if table.grouped else []), *_heads(table.columns, detailed)])
    for line in table.lines:
        values = [line.group] if table.grouped else []
        for column, cell, more in zip(table.columns, line.cells, detailed, strict=True):
            values += [_value(column, cell), *(["; ".join(map(_ascii, cell.details))] if more else [])]
        writer.writerow(values)
    return out.getvalue()


def _heads(columns: tuple[Column, ...], detailed: list[bool]) -> list[str]:
    heads = []
    for column, more in zip(columns, detailed, strict=True):
        heads += [column.label, *([f"{column.label}, details"] if more else [])]
    return heads


def _value(column: Column, cell: Cell) -> str:
    if cell.text == NONE:
        return ""
    if column.numeric and cell.sort is not None and math.isfinite(cell.sort):
        return f"{cell.sort:.10g}"
    text = _ascii(cell.text)
    return text.replace(",", "") if column.numeric and _NUMBER.fullmatch(text) else text


def _ascii(text: str) -> str:
    return _RANGE.sub(" to ", text.replace("−", "-"))
