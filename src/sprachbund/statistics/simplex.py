"""Minimum of a function of a few variables without derivatives (Nelder and Mead 1965)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sprachbund.statistics.repetitions import Floats


def minimise(
    function: Callable[[Floats], float], start: Sequence[float] | Floats, *, step: float = 0.5,
    tolerance: float = 1e-9, most: int = 4000,
) -> tuple[Floats, float]:
    """Move a simplex downhill by reflection, expansion, contraction and shrinking.

    Args:
        function: of (d,) numbers; may be infinite.
        start: (d,) a corner of the first simplex.
        step: from the start to its other corners.
        tolerance: the simplex is small enough when its values differ by less than this and its corners
            by less than the root of it.
        most: evaluations, after which the best corner is returned.

    Returns:
        The best corner and its value.
    """
    first = np.asarray(start, dtype=np.float64)
    corners = [first, *(first + step * row for row in np.eye(len(first)))]
    simplex = sorted((function(corner), tuple(corner)) for corner in corners)
    used = len(corners)
    while used < most:
        values, places = np.array([value for value, _ in simplex]), np.array([place for _, place in simplex])
        if values[-1] - values[0] < tolerance and np.ptp(places, axis=0).max() < tolerance**0.5:
            break
        centre, worst = places[:-1].mean(axis=0), places[-1]
        tried = centre + (centre - worst)
        reached = function(tried)
        used += 1
        if reached < values[0]:
            further = centre + 2 * (centre - worst)
            beyond = function(further)
            used += 1
            found = (beyond, further) if beyond < reached else (reached, tried)
        elif reached < values[-2]:
            found = (reached, tried)
        else:
            inner = centre + 0.5 * ((tried if reached < values[-1] else worst) - centre)
            found = (function(inner), inner)
            used += 1
            if found[0] >= min(reached, values[-1]):
                shrunk = [places[0] + 0.5 * (place - places[0]) for place in places[1:]]
                simplex = sorted([simplex[0], *((function(place), tuple(place)) for place in shrunk)])
                used += len(shrunk)
                continue
        simplex = sorted([*simplex[:-1], (found[0], tuple(found[1]))])
    return np.array(simplex[0][1]), simplex[0][0]
