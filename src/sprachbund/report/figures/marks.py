"""Marks of a chart: one shape and one colour a series, so that either alone tells them apart."""

from __future__ import annotations

from sprachbund.report.figures.svg import element, tooltip

_CORNERS = {
    "diamond": ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)),
    "triangle": ((0.0, -1.0), (1.0, 0.75), (-1.0, 0.75)),
    "down": ((0.0, 1.0), (1.0, -0.75), (-1.0, -0.75)),
}
SHAPES = ("circle", "diamond", "square", "triangle", "down")
COLOURS = 6
"""Colours of series in figure.css (`.s0` to `.s5`); after them colours come again with another shape."""


def shape(series: int, x: float, y: float, radius: float) -> str:
    """The shape of a series around a point."""
    kind = SHAPES[series % len(SHAPES)]
    if kind == "circle":
        return element("circle", cx=x, cy=y, r=radius)
    if kind == "square":
        side = radius * 1.75
        return element("rect", x=x - side / 2, y=y - side / 2, width=side, height=side)
    reach = radius * 1.3
    corners = " ".join(f"{x + dx * reach:.2f},{y + dy * reach:.2f}" for dx, dy in _CORNERS[kind])
    return element("polygon", points=corners)


def mark(series: int, x: float, y: float, low: float, high: float, told: str, *, strong: bool, radius: float) -> str:
    """An interval line with a point on it and a tooltip; positions in drawing units."""
    kind = f"mark s{series % COLOURS}" + ("" if strong else " hollow")
    line = element("line", class_="interval", x1=low, x2=high, y1=y, y2=y)
    return element("g", tooltip(told), line, shape(series, x, y, radius), class_=kind)


def key_mark(series: int) -> str:
    """A small drawing of a series' mark for a legend in a page."""
    inner = element("line", class_="interval", x1=1, x2=21, y1=6, y2=6) + shape(series, 11, 6, 4)
    group = element("g", inner, class_=f"mark s{series % COLOURS}")
    return f'<svg class="figure key" viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">{group}</svg>'
