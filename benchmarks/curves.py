"""A figure against a size, both on logarithmic axes: straight at 45 degrees is linear, level is constant."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from sprachbund.report.figures.svg import drawing, element, text, tooltip

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860.0, 300.0, 70.0, 240.0, 34.0, 40.0
GAP = 18.0

Points = Sequence[tuple[float, float]]
"""(size, figure), both above 0."""


def curves_picture(panels: Mapping[str, Mapping[str, Points]], *, sizes: str, title: str, description: str) -> str:
    """Draw panels one below the other.

    Args:
        panels: heading with unit -> name of a line -> its points.
        sizes: what the horizontal axis counts.
        title, description: for screen readers.

    Returns:
        A standalone SVG file.
    """
    drawn = [(heading, {name: points for name, points in lines.items() if points}) for heading, lines in panels.items()]
    drawn = [(heading, lines) for heading, lines in drawn if lines]
    parts = [element("g", _panel(heading, lines, sizes), transform=f"translate(0 {number * (HEIGHT + GAP):.1f})")
             for number, (heading, lines) in enumerate(drawn)]
    return drawing(WIDTH, max(len(drawn), 1) * (HEIGHT + GAP), "".join(parts), title=title, description=description,
                   name="curves", standalone=True)


def _panel(heading: str, lines: Mapping[str, Points], sizes: str) -> str:
    points = [point for line in lines.values() for point in line]
    across = _decades([size for size, _ in points])
    up = _decades([figure for _, figure in points])

    def place(size: float, figure: float) -> tuple[float, float]:
        x = LEFT + (math.log10(size) - across[0]) / (across[-1] - across[0]) * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - (math.log10(figure) - up[0]) / (up[-1] - up[0]) * (HEIGHT - TOP - BOTTOM)
        return x, y

    body = [text(heading, LEFT, TOP - 14, class_="heading", font_size=12.0, font_weight="bold")]
    for power in across:
        x, bottom = place(10.0**power, 10.0 ** up[0])
        body.append(element("line", x1=x, x2=x, y1=TOP, y2=bottom, class_="grid", stroke="currentColor", opacity=0.15))
        body.append(text(_number(power), x, bottom + 16, font_size=10.0, text_anchor="middle", fill="currentColor"))
    for power in up:
        left, y = place(10.0 ** across[0], 10.0**power)
        body.append(element("line", x1=left, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid", stroke="currentColor",
                            opacity=0.15))
        body.append(text(_number(power), left - 8, y + 4, font_size=10.0, text_anchor="end", fill="currentColor"))
    body.append(text(sizes, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, font_size=10.0, text_anchor="middle",
                     fill="currentColor"))
    for number, (name, line) in enumerate(lines.items()):
        body.append(_line(name, [(size, figure, *place(size, figure)) for size, figure in sorted(line)], number))
    return "".join(body)


def _line(name: str, places: Sequence[tuple[float, float, float, float]], number: int) -> str:
    """A line, its points with what they are, and its name at its right end."""
    dashes = ("none", "6 3", "2 3", "8 3 2 3", "1 4")[number % 5]
    path = " ".join(f"{'L' if index else 'M'}{x:.1f} {y:.1f}" for index, (_, _, x, y) in enumerate(places))
    dots = [element("circle", tooltip(f"{name}: {size:,.0f}: {figure:,.4g}"), cx=x, cy=y, r=3.5, fill="currentColor")
            for size, figure, x, y in places]
    shown = element("path", d=path, fill="none", stroke="currentColor", stroke_width=1.5, stroke_dasharray=dashes)
    label = text(name, WIDTH - RIGHT + 12, TOP + 12 + 16 * number, font_size=10.0, fill="currentColor")
    sample = element("line", x1=WIDTH - RIGHT + 160, x2=WIDTH - 8, y1=TOP + 8 + 16 * number, y2=TOP + 8 + 16 * number,
                     stroke="currentColor", stroke_width=1.5, stroke_dasharray=dashes)
    return shown + "".join(dots) + label + sample


def _decades(values: Sequence[float]) -> list[int]:
    """Powers of ten that hold all values, two at least."""
    low = math.floor(math.log10(min(values)) + 1e-9)
    return list(range(low, max(math.ceil(math.log10(max(values)) - 1e-9), low + 1) + 1))


def _number(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
