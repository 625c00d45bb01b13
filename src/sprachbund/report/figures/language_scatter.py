"""Scores of languages against a property of them, with the regression line and as many codes as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.report.figures.frame import Frame
from sprachbund.report.figures.scale import Scale
from sprachbund.report.figures.svg import drawing, element, text, text_width, tooltip

_CODE = 9.5
_RADIUS = 3.4


@dataclass(frozen=True, slots=True)
class LanguagePoint:
    """A language: its code, property and score, its tooltip, and whether its code is written before others'."""

    code: str
    x: float
    y: float
    told: str
    named: bool = False


def language_scatter(
    points: Sequence[LanguagePoint], *, line: tuple[float, float] | None, labels: tuple[str, str], width: float,
    height: float, name: str, title: str, description: str, standalone: bool = False,
) -> str:
    """Draw languages and a line.

    Args:
        points: languages.
        line: intercept and slope, or None.
        labels: what the two axes are, horizontal and vertical.
        width, height, name, title, description, standalone: as in `layer_curve`.

    Returns:
        SVG text.
    """
    frame = Frame(width, height, top=24.0)
    across = frame.x_scale([point.x for point in points], ticks=4)
    up = frame.y_scale([point.y for point in points], ticks=4)
    ticks = [(across(tick), across.label(tick)) for tick in across.ticks]
    parts = [frame.y_axis(up), text(labels[1], 2, 11, class_="note", font_size=10.0)]
    if line is not None:
        parts.append(_line(line, across, up))
    places = [(across(point.x), up(point.y)) for point in points]
    parts += [element("g", tooltip(point.told), element("circle", cx=x, cy=y, r=_RADIUS),
                      class_="mark s1" if point.named else "mark s0")
              for point, (x, y) in zip(points, places, strict=True)]
    parts += _codes(points, places, width)
    parts.append(frame.x_labels(ticks, labels[0]))
    return drawing(width, height, "".join(parts), title=title, description=description, name=name,
                   standalone=standalone)


def _line(line: tuple[float, float], across: Scale, up: Scale) -> str:
    """The line, cut to the plotting area."""
    intercept, slope = line
    ends = []
    for x in (across.low, across.high):
        y = intercept + slope * x
        held = min(max(y, up.low), up.high)
        if held != y and slope:
            x = (held - intercept) / slope
        ends.append((across(x), up(held)))
    (x1, y1), (x2, y2) = ends
    return element("line", class_="equal-gap", x1=x1, y1=y1, x2=x2, y2=y2)


def _codes(points: Sequence[LanguagePoint], places: Sequence[tuple[float, float]], width: float) -> list[str]:
    """Codes beside their points, those that are to be named first; one that would lie on another is left out."""
    taken = [(x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS) for x, y in places]
    order = sorted(range(len(points)), key=lambda number: not points[number].named)
    found = []
    for number in order:
        point, (x, y) = points[number], places[number]
        wide = text_width(point.code, _CODE) + 2
        for left, base in ((x + 5, y + 3.3), (x - 5 - wide, y + 3.3), (x - wide / 2, y - 5.5), (x - wide / 2, y + 12)):
            box = (left, base - 7.5, left + wide, base + 1.5)
            others = [other for place, other in enumerate(taken) if place != number]
            if left >= 40 and left + wide <= width and not any(_overlap(box, other) for other in others):
                taken.append(box)
                kind = "tick emphasised" if point.named else "tick"
                found.append(text(point.code, left, base, class_=kind, font_size=_CODE))
                break
    return found


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
