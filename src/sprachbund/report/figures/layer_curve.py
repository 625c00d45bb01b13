"""The D_k curve: gain over the last layer by layer, with its interval as a band and what a paper reports as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.report.figures.frame import Frame
from sprachbund.report.figures.scale import Scale
from sprachbund.report.figures.svg import drawing, element, text, text_width, tooltip

_LABEL = 10.0


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A layer's gain with its interval; `mark` is "chosen", "oracle", "both" or ""."""

    layer: int
    value: float
    low: float
    high: float
    told: str
    mark: str = ""


def layer_curve(
    points: Sequence[CurvePoint], *, reported: tuple[float, str] | None, bounds: Sequence[float], width: float,
    height: float, name: str, title: str, description: str, series: int = 1, standalone: bool = False,
) -> str:
    """Draw one curve.

    Args:
        points: by layer, ascending.
        reported: a paper's gain and the label of its line, or None.
        bounds: values that the vertical scale holds besides (curves side by side share a scale).
        width, height: of the drawing.
        name, title, description: as in `scores_chart`.
        series: number of the colour.
        standalone: for a file of its own.

    Returns:
        SVG text.
    """
    frame = Frame(width, height)
    values = [value for point in points for value in (point.low, point.high)]
    up = frame.y_scale([*values, *bounds], include=[0.0, *([reported[0]] if reported else [])])
    layers = [float(point.layer) for point in points]
    inset = 12.0
    span = max(layers[-1] - layers[0], 1.0)
    wide = width - frame.left - frame.right - 2 * inset
    xs = [frame.left + inset + (layer - layers[0]) / span * wide for layer in layers]
    highs = [f"{x:.2f},{up(point.high):.2f}" for x, point in zip(xs, points, strict=True)]
    lows = [f"{x:.2f},{up(point.low):.2f}" for x, point in zip(xs, points, strict=True)]
    band = element("polygon", class_="curve-band", points=" ".join([*highs, *reversed(lows)]))
    middle = " ".join(f"{x:.2f},{up(point.value):.2f}" for x, point in zip(xs, points, strict=True))
    line = element("polyline", class_="curve", points=middle)
    dots = "".join(_dot(point, x, up) for x, point in zip(xs, points, strict=True))
    ticks = [(x, str(point.layer)) for x, point in zip(xs, points, strict=True)]
    body = (frame.y_axis(up, signs=True) + _reported(reported, frame, up)
            + element("g", band, line, dots, class_=f"s{series}") + frame.x_labels(ticks, "layer"))
    return drawing(width, height, body, title=title, description=description, name=name, standalone=standalone)


def _dot(point: CurvePoint, x: float, up: Scale) -> str:
    y = up(point.value)
    parts = [tooltip(point.told), element("circle", class_="dot", cx=x, cy=y, r=3.2)]
    if point.mark in {"chosen", "both"}:
        parts.append(element("circle", class_="ring", cx=x, cy=y, r=6.5))
    if point.mark in {"oracle", "both"}:
        parts.append(element("path", class_="oracle", d=f"M{x - 3:.1f} {y - 16:.1f}l6 6m0 -6l-6 6"))
    # a wide transparent target, so that the tooltip is found with a finger
    parts.append(element("line", class_="target", x1=x, x2=x, y1=up(point.low), y2=up(point.high)))
    return element("g", *parts)


def _reported(reported: tuple[float, str] | None, frame: Frame, up: Scale) -> str:
    if reported is None:
        return ""
    value, label = reported
    y, right = up(value), frame.width - frame.right
    line = element("line", class_="reported", x1=frame.left, x2=right, y1=y, y2=y)
    above = y - 5 if y - 5 - _LABEL > frame.top - 12 else y + 12
    room = right - frame.left
    size = _LABEL if text_width(label, _LABEL) <= room else _LABEL * room / text_width(label, _LABEL)
    return element("g", tooltip(label), line, text(label, frame.left + 2, above, class_="reported-label",
                                                   font_size=size))
