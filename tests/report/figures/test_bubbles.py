from __future__ import annotations

import math
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.report.figures.bubbles import spread

BOX = (0.0, 0.0, 400.0, 300.0)
PLACES = st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), max_size=12)


@given(PLACES)
@settings(max_examples=60, deadline=None)
def test_circles_stay_inside_and_hardly_overlap(places):
    found = spread(places, 10.0, BOX)
    assert len(found) == len(places)
    assert all(10 <= x <= 390 and 10 <= y <= 290 for x, y in found)
    for one, other in combinations(found, 2):
        assert math.dist(one, other) > 17
    assert found == spread(places, 10.0, BOX)


def test_what_stands_alone_stays_where_it_is():
    (lonely, *_) = spread([(200.0, 150.0), (20.0, 20.0), (25.0, 20.0)], 8.0, BOX)
    assert math.dist(lonely, (200, 150)) < 0.5


def test_equal_places_are_parted_and_nothing_is_nothing():
    found = spread([(100.0, 100.0)] * 5, 8.0, BOX)
    assert min(math.dist(one, other) for one, other in combinations(found, 2)) > 15
    assert spread([], 8.0, BOX) == []
