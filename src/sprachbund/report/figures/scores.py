"""The chart of all languages: a dot with its interval for each system, grouped by family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.report.figures.marks import COLOURS, mark
from sprachbund.report.figures.rows import BOTTOM, ROW, TOP, Group, Layout
from sprachbund.report.figures.scale import linear_scale
from sprachbund.report.figures.svg import drawing, element, tooltip


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
    layout = Layout(tuple(groups), width, gutter)
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
    marks = []
    for place in layout.places():
        shown = [(series, point) for series, point in enumerate(place.row.points) if point is not None]
        step = min(6.0, (ROW - 7) / max(len(place.row.points) - 1, 1))
        middle = (len(place.row.points) - 1) / 2
        for series, point in shown:
            y = place.middle + (series - middle) * step
            marks.append(mark(series, scale(point.value), y, scale(point.low), scale(point.high), point.told,
                              strong=point.strong, radius=3.4 if len(place.row.points) <= 3 else 2.6))
    body = layout.bands() + layout.axis(scale) + layout.labels() + lines + "".join(marks)
    return drawing(width, layout.height, body, title=title, description=description, name=name, standalone=standalone)
