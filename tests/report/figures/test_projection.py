from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.report.figures.projection import WORLD, Bounds, around, equal_earth, fitted

LATITUDES, LONGITUDES = st.floats(-56, 74), st.floats(-180, 180)


@given(LATITUDES, st.floats(-179, 179))
def test_areas_are_equal(latitude, longitude):
    step = 1e-3
    (x1, _), (x2, _) = equal_earth(latitude, longitude), equal_earth(latitude, longitude + step)
    (_, y1), (_, y2) = equal_earth(latitude - step / 2, longitude), equal_earth(latitude + step / 2, longitude)
    on_sphere = math.radians(step) ** 2 * math.cos(math.radians(latitude))
    assert (x2 - x1) * (y2 - y1) == pytest.approx(on_sphere, rel=1e-3)


@given(LATITUDES, LONGITUDES)
def test_both_hemispheres_mirror_each_other(latitude, longitude):
    x, y = equal_earth(latitude, longitude)
    assert equal_earth(-latitude, -longitude) == pytest.approx((-x, -y))


@given(st.lists(st.tuples(LATITUDES, LONGITUDES), max_size=8), st.floats(200, 1200))
def test_all_places_lie_inside_the_drawing(places, width):
    bounds = around(places)
    project = fitted(bounds, width)
    assert bounds.east - bounds.west >= 49 or bounds.west == WORLD.west or bounds.east == WORLD.east
    for place in places:
        assert bounds.holds(place)
        x, y = project(place)
        assert -1e-6 <= x <= width + 1e-6
        assert -1e-6 <= y <= project.height + 1e-6


def test_north_is_up_and_east_is_right():
    project = fitted(Bounds(30, 70, -15, 50), 400)
    (rome, oslo, kyiv) = map(project, ((42, 12), (60, 11), (50, 30)))
    assert oslo[1] < rome[1]
    assert kyiv[0] > rome[0]
