"""From places on the earth to places in a drawing: the Equal Earth projection (Šavrič, Patterson and Jenny 2018).

Areas keep their proportions, so that a crowd of languages is not made thinner towards the poles.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796


@dataclass(frozen=True, slots=True)
class Bounds:
    """A part of the earth in degrees; `west` is less than `east`."""

    south: float
    north: float
    west: float
    east: float

    def holds(self, place: tuple[float, float]) -> bool:
        """Whether a place (latitude, longitude) lies in it."""
        return self.south <= place[0] <= self.north and self.west <= place[1] <= self.east


WORLD = Bounds(-56.0, 74.0, -180.0, 180.0)


def around(places: Iterable[tuple[float, float]], *, margin: float = 8.0, least: float = 50.0) -> Bounds:
    """Bounds that hold places (latitude, longitude) with a margin in degrees, at least so many degrees wide."""
    found = list(places) or [(0.0, 0.0)]
    south, north = min(p[0] for p in found) - margin, max(p[0] for p in found) + margin
    west, east = min(p[1] for p in found) - margin, max(p[1] for p in found) + margin
    wider, taller = max(0.0, least - (east - west)) / 2, max(0.0, least / 2 - (north - south)) / 2
    return Bounds(max(WORLD.south, south - taller), min(WORLD.north, north + taller), max(WORLD.west, west - wider),
                  min(WORLD.east, east + wider))


@dataclass(frozen=True, slots=True)
class Projection:
    """Places to positions: `scale` pixels a radian on the sphere, (`left`, `top`) the origin.

    Args:
        middle: longitude in the middle, degrees.
        height: of the drawing, pixels.
    """

    middle: float
    scale: float
    left: float
    top: float
    height: float

    def __call__(self, place: tuple[float, float]) -> tuple[float, float]:
        """The position of a place (latitude, longitude)."""
        x, y = equal_earth(place[0], place[1] - self.middle)
        return self.left + self.scale * x, self.top - self.scale * y


def fitted(bounds: Bounds, width: float) -> Projection:
    """The projection that shows bounds over a width, in pixels; the height follows."""
    middle = (bounds.west + bounds.east) / 2
    latitudes = [bounds.south, bounds.north, min(max(0.0, bounds.south), bounds.north)]
    corners = [equal_earth(latitude, side - middle) for latitude in latitudes for side in (bounds.west, bounds.east)]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    low, high = min(y for _, y in corners), max(y for _, y in corners)
    scale = width / (right - left)
    return Projection(middle, scale, -left * scale, high * scale, (high - low) * scale)


def equal_earth(latitude: float, longitude: float) -> tuple[float, float]:
    """Equal Earth coordinates on the unit sphere, of degrees from the equator and from the middle.

    >>> tuple(round(value, 4) for value in equal_earth(0, 180))
    (2.7066, 0.0)
    """
    angle = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    square = angle * angle
    sixth = square**3
    slope = _A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)
    x = 2 * math.sqrt(3) / 3 * math.radians(longitude) * math.cos(angle) / slope
    return x, angle * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))
