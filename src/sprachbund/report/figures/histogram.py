"""A null distribution as bars, with what was observed as a line: how far luck alone reaches."""

from __future__ import annotations

from collections.abc import Sequence

from sprachbund.report.figures.frame import Frame
from sprachbund.report.figures.scale import Scale
from sprachbund.report.figures.svg import drawing, element, text, text_width, tooltip

_LABEL = 10.0


def null_histogram(
    edges: Sequence[float], counts: Sequence[int], *, observed: tuple[float, str], expected: tuple[float, str],
    axis: str, width: float, height: float, name: str, title: str, description: str, standalone: bool = False,
) -> str:
    """Draw a null distribution.

    Args:
        edges, counts: the histogram, one edge more than counts; bars beyond what was observed are filled fully.
        observed, expected: values with their labels.
        axis: what the values are.
        width, height, name, title, description, standalone: as in `layer_curve`.

    Returns:
        SVG text.
    """
    frame = Frame(width, height, left=12.0, top=36.0)
    across = frame.x_scale([*edges, observed[0]], include=[0.0])
    floor, ceiling = height - frame.bottom, frame.top
    most, total = max(counts, default=1) or 1, sum(counts) or 1
    bars = []
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        if count:
            beyond = "beyond" if (low + high) / 2 >= observed[0] else "within"
            y = floor - (floor - ceiling) * count / most
            told = f"{_signed(low)} to {_signed(high)}: {100 * count / total:.1f} % of permutations"
            left, right = across(low), across(high)
            bars.append(element("rect", tooltip(told), class_=f"bar {beyond}", x=left, y=y,
                                width=max(right - left - 0.6, 0.4), height=floor - y))
    base = element("line", class_="grid zero", x1=frame.left, x2=width - frame.right, y1=floor, y2=floor)
    ticks = [(across(tick), across.label(tick) if tick <= 1e-9 else f"+{across.label(tick)}") for tick in across.ticks]
    body = ("".join(bars) + base + _line(expected, across, frame, 24.0, "expected", away=observed[0])
            + _line(observed, across, frame, 10.0, "observed") + frame.x_labels(ticks, axis))
    return drawing(width, height, body, title=title, description=description, name=name, standalone=standalone)


def _line(
    given: tuple[float, str], across: Scale, frame: Frame, y: float, kind: str, away: float | None = None
) -> str:
    """A vertical line with its label on the side where there is room, away from another line where both have."""
    value, label = given
    x, size = across(value), text_width(label, _LABEL)
    left = x + 5 + size > frame.width - 2 or (away is not None and away > value and x - 5 - size > 2)
    start = max(x - 5, size + 2) if left else x + 5
    line = element("line", class_=kind, x1=x, x2=x, y1=y + 3, y2=frame.height - frame.bottom)
    return element("g", tooltip(label), line, text(label, start, y, class_=f"{kind}-label",
                                                   text_anchor="end" if left else "start", font_size=_LABEL))


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
