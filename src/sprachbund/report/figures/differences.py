"""The chart of differences: one system minus the baseline in each language, around zero."""

from __future__ import annotations

from collections.abc import Sequence

from sprachbund.report.figures.marks import COLOURS, mark
from sprachbund.report.figures.rows import BOTTOM, TOP, Group, Layout, Point
from sprachbund.report.figures.scale import linear_scale
from sprachbund.report.figures.svg import drawing, element, tooltip


def differences_chart(
    groups: Sequence[Group], overall: Point | None, series: int, *, width: float, gutter: float, name: str, title: str,
    description: str, standalone: bool = False,
) -> str:
    """Draw differences; a row's only point is filled where it is significant, else hollow.

    Args:
        groups: the same families and languages as in the chart of scores.
        overall: the difference over all target languages, a shaded strip with a line, or None.
        series: the system's number, for shape and colour.
        width, gutter, name, title, description, standalone: as in `scores_chart`.

    Returns:
        SVG text.
    """
    layout = Layout(tuple(groups), width, gutter)
    points = [*layout.points(), *([overall] if overall else [])]
    bounds = [value for point in points for value in (point.low, point.high)]
    scale = linear_scale(bounds, gutter + 10, width - 12, ticks=5 if width > 300 else 4, include=(0.0,))
    strip = ""
    if overall:
        top, height = TOP - 4, layout.height - TOP - BOTTOM + 8
        left, right, middle = scale(overall.low), scale(overall.high), scale(overall.value)
        area = element("rect", class_="strip", x=left, y=top, width=max(right - left, 0.5), height=height)
        line = element("line", class_="average", x1=middle, x2=middle, y1=top, y2=top + height)
        strip = element("g", tooltip(overall.told), area, line, class_=f"mark s{series % COLOURS}")
    marks = [
        mark(series, scale(point.value), place.middle, scale(point.low), scale(point.high), point.told,
             strong=point.strong, radius=3.6)
        for place in layout.places() for point in place.row.points if point is not None
    ]
    body = layout.bands() + strip + layout.axis(scale) + layout.labels() + "".join(marks)
    return drawing(width, layout.height, body, title=title, description=description, name=name, standalone=standalone)
