"""Transfer on a map without coasts: every language of the world is a speck, every scored one a mark with its score.

The specks draw the continents by themselves. Where many marks crowd (Europe), a second panel enlarges the region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.report.figures.bubbles import spread
from sprachbund.report.figures.projection import Bounds, Projection, around, fitted
from sprachbund.report.figures.scale import linear_scale
from sprachbund.report.figures.svg import drawing, element, text, tooltip

SHADES = 7
"""Colours of low to high scores in figure.css (`.t0` to `.t6`)."""
EUROPE = Bounds(33.0, 67.0, -13.0, 48.0)
_CROWD = 6
_GAP, _LEGEND, _CAPTION = 22.0, 44.0, 18.0
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MapMark:
    """A language on the map.

    Args:
        code: what is written in the mark.
        place: latitude and longitude.
        value: its score; None for the source language where it was not scored.
        told: the tooltip.
        is_source: whether transfer starts here.
    """

    code: str
    place: Place
    value: float | None
    told: str
    is_source: bool = False


def world_map(
    marks: Sequence[MapMark], specks: Sequence[Place], *, width: float, legend: str, name: str, title: str,
    description: str, standalone: bool = False,
) -> str:
    """Draw scores where the languages are spoken.

    Args:
        marks: languages, the source among them.
        specks: places of all languages of the world.
        width: of the drawing: panels stand beside each other from 700 on, else below each other.
        legend: what the colours are ("accuracy, points").
        name, title, description, standalone: as in `drawing`.

    Returns:
        SVG text.
    """
    colours = Colours.of([mark.value for mark in marks if mark.value is not None and not mark.is_source])
    crowd = [mark for mark in marks if EUROPE.holds(mark.place)]
    whole = around([mark.place for mark in marks])
    zoomed = len(crowd) >= _CROWD and len(crowd) < len(marks)
    beside = zoomed and width >= 700
    radius = 10.5 if width >= 700 else 9.0
    left = round(width * 0.5) if beside else width
    large = _Panel(whole, 0.0, _CAPTION, left, radius)
    parts = [large.draw([mark for mark in marks if not (zoomed and EUROPE.holds(mark.place))], specks, colours,
                        small=crowd if zoomed else (), source=_source(marks),
                        frame=EUROPE if zoomed else None)]
    bottom = large.bottom
    if zoomed:
        x, y = (left + _GAP, _CAPTION) if beside else (0.0, bottom + _GAP + _CAPTION)
        close = _Panel(EUROPE, x, y, width - x, radius)
        parts.append(close.draw(crowd, specks, colours, source=_source(marks)))
        parts.append(text("Europe and its neighbours", x, y - 6, class_="note", font_size=10.5))
        bottom = max(bottom, close.bottom)
    parts.append(text("All languages" if zoomed else "", 0, _CAPTION - 6, class_="note", font_size=10.5))
    at = (x, close.bottom) if beside else (0.0, bottom)
    parts.append(colours.legend(at[0], at[1] + 20, min(width - at[0], 420.0), legend))
    height = max(bottom, at[1] + 20 + _LEGEND)
    return drawing(width, height, "".join(parts), title=title, description=description, name=name,
                   standalone=standalone)


@dataclass(frozen=True, slots=True)
class Colours:
    """Scores to one of seven colours, by steps with round ends."""

    edges: tuple[float, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Colours:
        """Steps that hold the values."""
        scale = linear_scale(values, 0, 1, ticks=SHADES - 1)
        return cls(scale.ticks, tuple(scale.label(tick) for tick in scale.ticks))

    def shade(self, value: float) -> int:
        """The number of a value's colour."""
        step = sum(value >= edge for edge in self.edges[1:-1])
        return self._spread(step)

    def legend(self, x: float, y: float, width: float, told: str) -> str:
        """A strip of the colours with the ends of the steps below it."""
        steps = len(self.edges) - 1
        wide = width / steps
        parts = [element("rect", class_=f"shade t{self._spread(step)}", x=x + step * wide, y=y, width=wide, height=9.0)
                 for step in range(steps)]
        for number, label in enumerate(self.labels):
            anchor = "start" if not number else "end" if number == steps else "middle"
            parts.append(text(label, x + number * wide, y + 21, class_="tick", text_anchor=anchor, font_size=10.0))
        return "".join(parts) + text(told, x, y + 35, class_="note", font_size=10.0)

    def _spread(self, step: int) -> int:
        steps = len(self.edges) - 1
        return round(step * (SHADES - 1) / (steps - 1)) if steps > 1 else SHADES - 1


@dataclass(frozen=True, slots=True)
class _Panel:
    """A part of the earth at a place of the drawing."""

    bounds: Bounds
    x: float
    y: float
    width: float
    radius: float

    @property
    def projection(self) -> Projection:
        found = fitted(self.bounds, self.width)
        return Projection(found.middle, found.scale, found.left + self.x, found.top + self.y, found.height)

    @property
    def bottom(self) -> float:
        return self.y + self.projection.height

    def draw(
        self, marks: Sequence[MapMark], specks: Sequence[Place], colours: Colours, *,
        small: Sequence[MapMark] = (), source: Place | None, frame: Bounds | None = None,
    ) -> str:
        """Specks, threads from the source, small marks without codes, then marks with codes."""
        project = self.projection
        parts = [self._specks(specks, project)]
        if frame is not None:
            parts.append(_outline(frame, project))
        box = (self.x, self.y, self.x + self.width, self.bottom)
        wanted = [project(mark.place) for mark in marks]
        held = spread(wanted, self.radius, box)
        start = _held(marks, held, source) or (project(source) if source else None)
        if start is not None and self._inside(start):
            parts += [_thread(start, at, mark, colours) for mark, at in zip(marks, held, strict=True)
                      if not mark.is_source]
        parts += [element("g", tooltip(mark.told), _dot(project(mark.place), 2.6), class_=_kind(mark, colours))
                  for mark in small]
        for mark, place, at in zip(marks, wanted, held, strict=True):
            parts.append(_bubble(mark, place, at, self.radius, colours))
        return "".join(parts)

    def _specks(self, specks: Sequence[Place], project: Projection) -> str:
        found = [project(speck) for speck in specks if self.bounds.holds(speck)]
        path = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in found)
        size = min(max(1.1, project.scale * 0.008), 2.4)
        return element("path", class_="speck", d=path, stroke_width=size) if path else ""

    def _inside(self, at: Place) -> bool:
        return self.x <= at[0] <= self.x + self.width and self.y <= at[1] <= self.bottom


def _bubble(mark: MapMark, place: Place, at: Place, radius: float, colours: Colours) -> str:
    moved = abs(at[0] - place[0]) + abs(at[1] - place[1]) > radius
    lead = element("line", class_="lead", x1=place[0], y1=place[1], x2=at[0], y2=at[1]) if moved else ""
    size = radius * (1.02 if len(mark.code) < 3 else 0.84)
    return element("g", tooltip(mark.told), lead, element("circle", cx=at[0], cy=at[1], r=radius),
                   text(mark.code, at[0], at[1] + size * 0.34, text_anchor="middle", font_size=size),
                   class_=_kind(mark, colours))


def _kind(mark: MapMark, colours: Colours) -> str:
    if mark.is_source or mark.value is None:
        return "bubble origin"
    return f"bubble t{colours.shade(mark.value)}"


def _dot(at: Place, radius: float) -> str:
    return element("circle", cx=at[0], cy=at[1], r=radius)


def _thread(start: Place, end: Place, mark: MapMark, colours: Colours) -> str:
    """A curve that bows to the north, as great circles between northern places do."""
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    bow = 0.16 * abs(end[0] - start[0])
    shade = "origin" if mark.value is None else f"t{colours.shade(mark.value)}"
    return element("path", class_=f"thread {shade}", d=(
        f"M{start[0]:.1f} {start[1]:.1f}Q{middle[0]:.1f} {middle[1] - bow:.1f} {end[0]:.1f} {end[1]:.1f}"))


def _outline(bounds: Bounds, project: Projection) -> str:
    """The edge of a region: parallels and meridians are curves here, so it is drawn in steps."""
    steps = 12
    south, north = ([(latitude, bounds.west + (bounds.east - bounds.west) * step / steps) for step in range(steps + 1)]
                    for latitude in (bounds.south, bounds.north))
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(project, [*south, *reversed(north)]))
    return element("polygon", class_="region", points=points)


def _source(marks: Sequence[MapMark]) -> Place | None:
    return next((mark.place for mark in marks if mark.is_source), None)


def _held(marks: Sequence[MapMark], held: Sequence[Place], source: Place | None) -> Place | None:
    return next((at for mark, at in zip(marks, held, strict=True) if mark.is_source), None) if source else None
