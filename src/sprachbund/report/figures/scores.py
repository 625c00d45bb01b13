"""The chart of all languages: a dot with its interval for each system, grouped by family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.report.figures.marks import COLOURS, mark
from sprachbund.report.figures.rows import BOTTOM, ROW, TOP, Group, Layout
from sprachbund.report.figures.scale import linear_scale
from sprachbund.report.figures.svg import drawing, element, tooltip

_STEP = 6.0
"""Distance between the marks of a row's systems."""
_RADIUS = 3.4


@dataclass(frozen=True, slots=True)
class Average:
    """A vertical line through the chart: a system's mean over the target languages."""

    series: int
    value: float
    told: str


def scores_chart(
    groups: Sequence[Group], averages: Sequence[Average], *, width: float, gutter: float, name: str, title: str,
    description: str, standalone: bool = False,
) -> str:
    """Draw the scores of all languages.

    Args:
        groups: families with their languages; a row's points are one a system.
        averages: lines of the systems' means.
        width, gutter: of the drawing and its label column (960 and 190 on a desk, 360 and 118 on a phone).
        name: unique in the page.
        title, description: for screen readers.
        standalone: for a file of its own.

    Returns:
        SVG text.
    """
    series_count = max((len(row.points) for group in groups for row in group.rows), default=1)
    layout = Layout(tuple(groups), width, gutter, max(ROW, _STEP * series_count + 4))
    points = layout.points()
    bounds = [value for point in points for value in (point.low, point.high, point.value)]
    scale = linear_scale([*bounds, *(line.value for line in averages)], gutter + 8, width - 12,
                         ticks=8 if width > 600 else 4, floor=0.0, ceiling=100.0)
    lines = "".join(
        element("g", tooltip(line.told),
                element("line", class_="average", x1=scale(line.value), x2=scale(line.value), y1=TOP - 4,
                        y2=layout.height - BOTTOM + 4), class_=f"mark s{line.series % COLOURS}")
        for line in averages
    )
    marks = [
        mark(series, scale(point.value), place.middle + (series - (len(place.row.points) - 1) / 2) * _STEP,
             scale(point.low), scale(point.high), point.told, strong=point.strong, radius=_RADIUS)
        for place in layout.places() for series, point in enumerate(place.row.points) if point is not None
    ]
    body = layout.bands() + layout.axis(scale) + layout.labels() + lines + "".join(marks)
    return drawing(width, layout.height, body, title=title, description=description, name=name, standalone=standalone)
