"""Target mean against source score, a mark a system: is a gain one of transfer, or did the source rise too?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.report.figures.frame import Frame
from sprachbund.report.figures.marks import COLOURS, shape
from sprachbund.report.figures.scale import Scale
from sprachbund.report.figures.svg import drawing, element, text, tooltip


@dataclass(frozen=True, slots=True)
class ScatterMark:
    """A system: its two scores, its number as a series, and the seeds behind it as small dots."""

    source: float
    target: float
    series: int
    told: str
    seeds: tuple[tuple[float, float], ...] = ()
    strong: bool = True


def source_scatter(
    marks: Sequence[ScatterMark], *, slope: float | None, labels: tuple[str, str], width: float, height: float,
    name: str, title: str, description: str, standalone: bool = False,
) -> str:
    """Draw systems by source score and target mean; lines of equal transfer go through the first, the baseline.

    Args:
        marks: systems, the baseline first.
        slope: that the systems' own seeds show, drawn as a second line; None: not known.
        labels: what the two axes are, horizontal and vertical.
        width, height, name, title, description, standalone: as in `layer_curve`.

    Returns:
        SVG text.
    """
    frame = Frame(width, height, top=24.0)
    pairs = [(mark.source, mark.target) for mark in marks] + [seed for mark in marks for seed in mark.seeds]
    across = frame.x_scale([source for source, _ in pairs], ticks=4)
    up = frame.y_scale([target for _, target in pairs], ticks=4)
    lines = _through(marks[0], 1.0, across, up, "equal-gap") + (
        _through(marks[0], slope, across, up, "own-slope") if slope is not None else "")
    dots = "".join(
        element("circle", class_=f"seed s{mark.series % COLOURS}", cx=across(source), cy=up(target), r=1.8)
        for mark in marks for source, target in mark.seeds
    )
    shapes = "".join(
        element("g", tooltip(mark.told), shape(mark.series, across(mark.source), up(mark.target), 4.2),
                class_=f"mark s{mark.series % COLOURS}" + ("" if mark.strong else " hollow"))
        for mark in reversed(marks)
    )
    ticks = [(across(tick), across.label(tick)) for tick in across.ticks]
    heading = text(labels[1], 2, 11, class_="note", font_size=10.0)
    body = frame.y_axis(up) + heading + lines + dots + shapes + frame.x_labels(ticks, labels[0])
    return drawing(width, height, body, title=title, description=description, name=name, standalone=standalone)


def _through(mark: ScatterMark, slope: float, across: Scale, up: Scale, kind: str) -> str:
    """A line of a slope through a mark, cut to the plotting area."""
    ends = []
    for source in (across.low, across.high):
        target = mark.target + slope * (source - mark.source)
        if slope and not up.low <= target <= up.high:
            target = min(max(target, up.low), up.high)
            source = mark.source + (target - mark.target) / slope
        ends.append((across(source), up(target)))
    (x1, y1), (x2, y2) = ends
    return element("line", class_=kind, x1=x1, x2=x2, y1=y1, y2=y2)
