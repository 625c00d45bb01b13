"""One picture for a benchmark: panels of dots with their range, one row a system, in the report's own style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.harness import Summary
from sprachbund.report.figures.marks import mark
from sprachbund.report.figures.rows import TOP, Group, Layout, Point, Row
from sprachbund.report.figures.scale import linear_scale
from sprachbund.report.figures.svg import drawing, element, text

WIDTH, GUTTER, RADIUS, GAP = 960.0, 420.0, 4.0, 14.0


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure of all systems.

    Args:
        heading: what is shown, with its unit ("real pieces a second").
        rows: title of each system and its figure; None where it has none.
        ours: titles that are drawn in the accent colour.
        from_zero: whether the axis begins at 0.
    """

    heading: str
    rows: Sequence[tuple[str, Summary | None]]
    ours: frozenset[str] = frozenset()
    from_zero: bool = True


def panels_picture(panels: Sequence[Panel], *, title: str, description: str) -> str:
    """Draw panels one below the other.

    Args:
        panels: at least one; those without any figure are left out.
        title, description: for screen readers.

    Returns:
        A standalone SVG file.
    """
    parts, y = [], 0.0
    for panel in panels:
        if any(summary is not None for _, summary in panel.rows):
            body, height = _panel(panel)
            parts.append(element("g", body, transform=f"translate(0 {y:.1f})"))
            y += height + GAP
    return drawing(WIDTH, max(y, TOP), "".join(parts), title=title, description=description, name="benchmark",
                   standalone=True)


def _panel(panel: Panel) -> tuple[str, float]:
    rows = tuple(
        Row(name, "" if summary is None else summary.text(_decimals(summary.median)), (_point(name, summary),),
            emphasised=name in panel.ours)
        for name, summary in panel.rows
    )
    layout = Layout((Group(panel.heading, rows),), WIDTH, GUTTER)
    bounds = [value for point in layout.points() for value in (point.low, point.high, point.value)]
    scale = linear_scale(bounds, GUTTER + 8, WIDTH - 16, include=(0.0,) if panel.from_zero else ())
    marks = [
        mark(1 if place.row.emphasised else 0, scale(point.value), place.middle, scale(point.low), scale(point.high),
             point.told, strong=True, radius=RADIUS)
        for place in layout.places() for point in place.row.points if point is not None
    ]
    absent = [text("not measured", GUTTER + 12, place.middle + 4, class_="note", font_size=10.0)
              for place in layout.places() if place.row.points == (None,)]
    return layout.bands() + layout.axis(scale) + layout.labels() + "".join(marks + absent), layout.height


def _point(name: str, summary: Summary | None) -> Point | None:
    if summary is None:
        return None
    told = f"{name}: {summary.text(_decimals(summary.median))}, {summary.runs} runs"
    return Point(summary.median, summary.low, summary.high, told)


def _decimals(value: float) -> int:
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
