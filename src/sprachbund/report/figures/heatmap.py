"""A heat map of gains: rows under headings (families, aggregators), a column a layer, colour by sign and size.

Blue is a gain, orange a loss, so that no reader needs to tell red from green; the number stands in every
cell that has room, bold where it is told apart from zero. A ring marks the layer that source dev chose,
a cross the one that is best on test.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sprachbund.report.figures.rows import Group, Layout
from sprachbund.report.figures.svg import drawing, element, text, text_width, tooltip
from sprachbund.report.numbers import signed

_STRONGEST = 0.5
"""Opacity of the largest value; above it the numbers in the cells lose their contrast (a test holds that)."""
_FULL = 1.0
"""Points of gain from which on a cell has the full colour, unless there are larger gains; losses share that scale."""
_HEAD = 10.5
_GAP = 10.0
Place = tuple[str, str, int]
"""A cell: heading and label of its row, place of its column."""


@dataclass(frozen=True, slots=True)
class Head:
    """A column.

    Args:
        label: what it is.
        apart: whether a gap parts it from the one before (a control beside layers).
        chosen, oracle: whether the whole column is to be marked so.
    """

    label: str
    apart: bool = False
    chosen: bool = False
    oracle: bool = False


def heat_map(
    groups: Sequence[Group], heads: Sequence[Head], *, width: float, gutter: float, name: str, title: str,
    description: str, chosen: Collection[Place] = (), oracle: Collection[Place] = (), row: float = 19.0,
    standalone: bool = False,
) -> str:
    """Draw gains.

    Args:
        groups: rows with a point a column, None where there is none; `strong` points are told apart from zero.
        heads: the columns.
        width, gutter: of the drawing and its label column.
        name: unique in the page.
        title, description: for screen readers.
        chosen, oracle: cells to mark.
        row: height of a row.
        standalone: for a file of its own.

    Returns:
        SVG text.
    """
    layout = Layout(tuple(groups), width, gutter, row)
    lefts, cell = _columns(heads, gutter, width)
    largest = max((point.value for point in layout.points()), default=0.0)
    largest = max(largest, _FULL)
    parts, places = [], layout.places()
    for heading in (group.heading for group in groups for _ in group.rows):
        place = next(places)
        top = place.middle - row / 2
        for column, point in enumerate(place.row.points):
            if point is None:
                continue
            kind = "gain" if point.value > 0 else "loss"
            opacity = _STRONGEST * min(1.0, abs(point.value) / largest)
            box = element("rect", class_=f"heat {kind}", x=lefts[column], y=top + 0.5, width=cell - 1, height=row - 1,
                          fill_opacity=f"{opacity:.3f}")
            label = _number(point.value, cell, lefts[column], place.middle, strong=point.strong)
            key = (heading, place.row.label, column)
            marked = _mark(key in chosen, key in oracle, lefts[column], top, cell - 1, row)
            parts.append(element("g", tooltip(point.told), box, label, marked))
    for column, head in enumerate(heads):
        middle = lefts[column] + cell / 2
        parts += [_head(head, middle, y, cell) for y in (18.0, layout.height - 12.0)]
    body = layout.labels() + "".join(parts)
    return drawing(width, layout.height, body, title=title, description=description, name=name, standalone=standalone)


def _columns(heads: Sequence[Head], gutter: float, width: float) -> tuple[list[float], float]:
    """Left edges and the width of a cell."""
    gaps = sum(head.apart for head in heads)
    cell = (width - gutter - _GAP * gaps) / max(len(heads), 1)
    lefts, x = [], gutter
    for head in heads:
        x += _GAP if head.apart else 0.0
        lefts.append(x)
        x += cell
    return lefts, cell


def _number(value: float, cell: float, left: float, middle: float, *, strong: bool) -> str:
    """The number in the largest size that fits; none where it would be too small to read."""
    written = signed(value) if abs(value) < 9.95 else f"{value:+.0f}".replace("-", "−")
    size = next((size for size in (11.0, 10.0, 9.0, 8.0) if text_width(written, size) + 3 <= cell), None)
    if size is None:
        return ""
    return text(written, left + (cell - 1) / 2, middle + size * 0.36, class_="value strong" if strong else "value",
                text_anchor="middle", font_size=size)


def _mark(ring: bool, cross: bool, left: float, top: float, cell: float, row: float) -> str:
    marks = ""
    if ring:
        marks += element("rect", class_="chosen", x=left + 0.8, y=top + 1.3, width=cell - 1.6, height=row - 2.6, rx=2)
    if cross:
        marks += element("path", class_="oracle", d=f"M{left + cell - 7:.1f} {top + 3:.1f}l4 4m0 -4l-4 4")
    return marks


def _head(head: Head, middle: float, y: float, cell: float) -> str:
    """A column's label: bold where chosen, with a cross where it is best on test."""
    label = f"{head.label} ×" if head.oracle and text_width(f"{head.label} ×", _HEAD) < cell else head.label
    size = min(_HEAD, _HEAD * cell / max(text_width(label, _HEAD), 1.0))
    return text(label, middle, y, class_="tick emphasised" if head.chosen else "tick", text_anchor="middle",
                font_size=size)
