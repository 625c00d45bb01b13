"""What drawings with two axes have in common: the plotting area, grid lines and labels of the ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.report.figures.scale import Scale, linear_scale
from sprachbund.report.figures.svg import element, text

_TICK = 10.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The plotting area of a drawing.

    Args:
        width, height: of the whole drawing.
        left, right, top, bottom: margins.
    """

    width: float
    height: float
    left: float = 40.0
    right: float = 12.0
    top: float = 14.0
    bottom: float = 38.0

    def x_scale(self, values: Sequence[float], *, ticks: int = 5, include: Sequence[float] = ()) -> Scale:
        """A scale over the width of the area."""
        return linear_scale(values, self.left, self.width - self.right, ticks=ticks, include=include)

    def y_scale(self, values: Sequence[float], *, ticks: int = 5, include: Sequence[float] = ()) -> Scale:
        """A scale over the height of the area, growing upwards."""
        return linear_scale(values, self.height - self.bottom, self.top, ticks=ticks, include=include)

    def y_axis(self, scale: Scale, *, signs: bool = False) -> str:
        """Grid lines across, labels at the left; zero stands out on a scale of differences."""
        parts = []
        for tick in scale.ticks:
            y = scale(tick)
            zero = signs and abs(tick) < 1e-9
            kind = "grid zero" if zero else "grid"
            label = scale.label(tick) if not signs or tick <= 1e-9 else f"+{scale.label(tick)}"
            parts.append(element("line", class_=kind, x1=self.left, x2=self.width - self.right, y1=y, y2=y))
            parts.append(text(label.replace("−0", "0") if zero else label, self.left - 6, y + 3.5, class_="tick",
                              text_anchor="end", font_size=_TICK))
        return "".join(parts)

    def x_labels(self, places: Sequence[tuple[float, str]], title: str) -> str:
        """Labels below the area and what they are."""
        y = self.height - self.bottom + 15
        parts = [text(label, x, y, class_="tick", text_anchor="middle", font_size=_TICK) for x, label in places]
        middle = (self.left + self.width - self.right) / 2
        return "".join(parts) + text(title, middle, self.height - 6, class_="note", text_anchor="middle",
                                     font_size=_TICK)
