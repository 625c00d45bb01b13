"""Curves over states, one a model or variant, each with its interval as a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.report.figures.frame import Frame
from sprachbund.report.figures.marks import COLOURS, shape
from sprachbund.report.figures.scale import Scale
from sprachbund.report.figures.svg import drawing, element, tooltip


@dataclass(frozen=True, slots=True)
class Place:
    """A point of a curve.

    Args:
        state: which tick it stands at.
        value, low, high: bounds are None where there is no interval.
        told: the tooltip.
    """

    state: str
    value: float
    low: float | None
    high: float | None
    told: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve: the number of its colour and mark, and its points in the order of the states."""

    series: int
    places: tuple[Place, ...]


def curves_chart(
    curves: Sequence[Curve], states: Sequence[str], *, width: float, height: float, name: str, title: str,
    description: str, include: Sequence[float] = (), apart: str = "", standalone: bool = False,
) -> str:
    """Draw curves over the layers of an encoder.

    Args:
        curves: at least one; a state that a curve lacks is a gap in it.
        states: labels of the ticks, in order.
        width, height: of the drawing.
        name: unique in the page.
        title, description: for screen readers.
        include: values that the vertical scale holds in any case.
        apart: a state beside the others (what a fusion gives): a point without a line to it.
        standalone: for a file of its own.

    Returns:
        SVG text.
    """
    frame = Frame(width, height)
    bounds = [value for curve in curves for place in curve.places
              for value in (place.value, place.low, place.high) if value is not None]
    up = frame.y_scale([*bounds, *include])
    inset = 10.0
    step = (width - frame.left - frame.right - 2 * inset) / max(len(states) - 1, 1)
    xs = {state: frame.left + inset + step * number for number, state in enumerate(states)}
    parts = []
    for curve in curves:
        runs = _runs([place for place in curve.places if place.state != apart], states)
        drawn = "".join(_band(run, xs, up) + _line(run, xs, up) for run in runs)
        dots = "".join(_dot(curve.series, place, xs[place.state], up, alone=place.state == apart)
                       for place in curve.places)
        colour = f"s{curve.series % COLOURS}"
        parts += [element("g", drawn, class_=colour), element("g", dots, class_=f"mark {colour}")]
    ticks = [(xs[state], state) for state in states]
    body = frame.y_axis(up) + "".join(parts) + frame.x_labels(ticks, "layer")
    return drawing(width, height, body, title=title, description=description, name=name, standalone=standalone)


def _runs(places: Sequence[Place], states: Sequence[str]) -> list[list[Place]]:
    """The points in runs without a gap."""
    order = {state: number for number, state in enumerate(states)}
    runs: list[list[Place]] = []
    for place in sorted(places, key=lambda item: order[item.state]):
        if runs and order[place.state] == order[runs[-1][-1].state] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _band(run: Sequence[Place], xs: dict[str, float], up: Scale) -> str:
    inside = [(xs[place.state], place.low, place.high) for place in run
              if place.low is not None and place.high is not None]
    if len(inside) < 2:
        return ""
    highs = [f"{x:.2f},{up(high):.2f}" for x, _, high in inside]
    lows = [f"{x:.2f},{up(low):.2f}" for x, low, _ in inside]
    return element("polygon", class_="curve-band", points=" ".join([*highs, *reversed(lows)]))


def _line(run: Sequence[Place], xs: dict[str, float], up: Scale) -> str:
    points = " ".join(f"{xs[place.state]:.2f},{up(place.value):.2f}" for place in run)
    return element("polyline", class_="curve", points=points) if len(run) > 1 else ""


def _dot(series: int, place: Place, x: float, up: Scale, *, alone: bool) -> str:
    """A mark; one that stands alone has its interval as a line, since it is in no band."""
    parts = [tooltip(place.told), shape(series, x, up(place.value), 2.6)]
    if place.low is not None and place.high is not None:
        kinds = ("interval", "target") if alone else ("target",)
        parts += [element("line", class_=kind, x1=x, x2=x, y1=up(place.low), y2=up(place.high)) for kind in kinds]
    return element("g", *parts)
