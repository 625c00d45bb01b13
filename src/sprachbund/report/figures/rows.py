"""What charts of languages have in common: grouped rows, their vertical places, labels and the axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from sprachbund.report.figures.scale import Scale
from sprachbund.report.figures.svg import element, shortened, text, text_width

ROW = 19.0
HEADING = 28.0
TOP = 30.0
BOTTOM = 30.0
_LABEL, _NOTE, _HEADING = 12.0, 10.0, 11.0
_CODE_GAP = 6.0


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its interval; `strong` points are filled, others are hollow; `told` is the tooltip."""

    value: float
    low: float
    high: float
    told: str
    strong: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One language: one point a series, None where there is none.

    The source language is emphasised, a variant below its base language is indented.
    """

    label: str
    note: str
    points: tuple[Point | None, ...]
    emphasised: bool = False
    indented: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading (a family)."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A row and the height of its middle."""

    row: Row
    middle: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Vertical places of all rows and headings; the same for every chart of the same groups.

    Args:
        groups: the rows.
        width: of the whole drawing.
        gutter: width of the label column; 0 where another chart at its side has the labels.
        row: height of a row; charts that stand side by side have the same.
    """

    groups: tuple[Group, ...]
    width: float
    gutter: float
    row: float = ROW

    @property
    def height(self) -> float:
        """Height of the whole drawing."""
        rows = sum(len(group.rows) for group in self.groups)
        return TOP + HEADING * len(self.groups) + self.row * rows + BOTTOM

    def places(self) -> Iterator[Place]:
        """Every row with its place, from top to bottom."""
        for _, _, places in self._blocks():
            yield from places

    def points(self) -> list[Point]:
        """All points of all rows."""
        return [point for group in self.groups for row in group.rows for point in row.points if point is not None]

    def labels(self) -> str:
        """Headings and row labels; nothing but the headings' rules where there is no gutter."""
        parts = []
        for group, baseline, places in self._blocks():
            parts.append(element("line", class_="rule", x1=0, x2=self.width, y1=baseline + 5, y2=baseline + 5))
            if self.gutter:
                parts.append(text(group.heading, 0, baseline, class_="heading", font_size=_HEADING))
                parts += [self._label(place) for place in places]
        return "".join(parts)

    def bands(self) -> str:
        """A shade behind the emphasised rows."""
        return "".join(
            element("rect", class_="band", x=0, y=place.middle - self.row / 2, width=self.width, height=self.row, rx=3)
            for place in self.places() if place.row.emphasised
        )

    def axis(self, scale: Scale) -> str:
        """Grid lines with tick labels above and below (charts are taller than screens)."""
        parts = []
        for tick in scale.ticks:
            x = scale(tick)
            kind = "grid zero" if abs(tick) < 1e-9 and scale.low < 0 else "grid"
            parts.append(element("line", class_=kind, x1=x, x2=x, y1=TOP - 6, y2=self.height - BOTTOM + 6))
            for y in (TOP - 12, self.height - BOTTOM + 19):
                parts.append(text(scale.label(tick), x, y, class_="tick", text_anchor="middle", font_size=_NOTE))
        return "".join(parts)

    def _label(self, place: Place) -> str:
        kind = "label source" if place.row.emphasised else "label"
        left = 18 if place.row.indented else 8
        room = self.gutter - left - 2 - _CODE_GAP - text_width(place.row.note, _NOTE)
        name = shortened(place.row.label, _LABEL, room)
        code = element("tspan", escape(place.row.note), class_="note", dx=_CODE_GAP, font_size=_NOTE)
        return element("text", escape(name), code, class_=kind, x=left, y=place.middle + 4, font_size=_LABEL)

    def _blocks(self) -> Iterator[tuple[Group, float, list[Place]]]:
        y = TOP
        for group in self.groups:
            y += HEADING
            baseline = y - 9
            places = [Place(row, y + self.row * (number + 0.5)) for number, row in enumerate(group.rows)]
            y += self.row * len(group.rows)
            yield group, baseline, places
