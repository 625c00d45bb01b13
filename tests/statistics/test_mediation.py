"""Mediation against least squares written out, against data whose paths are known, and at its limits."""

from __future__ import annotations

import numpy as np
import pytest

from sprachbund.statistics.mediation import Mediation, paired_mediation


def simulated(shift: float, slope: float, direct: float, *, languages: int = 24, seeds: int = 5, stream: int = 0):
    """Two conditions: a mediator moves by `shift`, the outcome follows it by `slope` and moves by `direct` itself."""
    rng = np.random.default_rng(stream)
    groups, repetitions = np.divmod(np.arange(languages * seeds), seeds)
    level = 60 + rng.normal(0, 8, languages)[groups]
    other = 50 + rng.normal(0, 8, languages)[groups]
    low = np.column_stack([level, other]) + rng.normal(0, 1, (len(groups), 2))
    high = np.column_stack([level + shift, other]) + rng.normal(0, 1, (len(groups), 2))
    base = 20 + slope * low[:, 0] + rng.normal(0, 0.5, len(groups))
    changed = 20 + slope * high[:, 0] + direct + rng.normal(0, 0.5, len(groups))
    return (base, changed), (low, high), groups.tolist(), repetitions.tolist()


def mediation(*given: object, **options: float) -> Mediation:
    outcomes, mediators, groups, repetitions = simulated(*given, **options)  # type: ignore[arg-type]
    return paired_mediation(outcomes, mediators, groups=groups, repetitions=repetitions, draws=2000)


def test_the_parts_are_those_of_least_squares_and_add_up() -> None:
    (base, changed), (low, high), groups, repetitions = simulated(2.0, 0.8, 0.5)
    found = paired_mediation((base, changed), (low, high), groups=groups, repetitions=repetitions, draws=100)
    means = (low + high) / 2
    design = np.column_stack([np.ones(len(base)), high - low, means - means.mean(axis=0)])
    effects = np.linalg.lstsq(design, changed - base, rcond=None)[0]
    assert found.direct.value == pytest.approx(effects[0])
    assert found.carried.value == pytest.approx((high - low).mean(axis=0) @ effects[1:3])
    assert found.total.value == pytest.approx((changed - base).mean())
    assert found.total.value == pytest.approx(found.carried.value + found.direct.value)
    assert found.units == 120


def test_a_difference_that_goes_with_the_mediator_is_carried() -> None:
    found = mediation(2.0, 0.8, 0.0)
    assert found.carried.interval.low > 0
    assert found.carried.value == pytest.approx(1.6, abs=0.3)
    assert found.direct.interval.low < 0 < found.direct.interval.high


def test_a_difference_that_only_goes_beside_it_is_not() -> None:
    found = mediation(2.0, 0.0, 1.5)
    assert found.direct.interval.low > 0
    assert found.direct.value == pytest.approx(1.5, abs=0.3)
    assert found.carried.interval.low < 0 < found.carried.interval.high


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = [(one := mediation(1.0, 0.8, 0.0, languages=30, stream=stream).carried.interval).low <= 0.8 <= one.high
            for stream in range(60)]
    assert np.mean(held) >= 0.85


def test_a_mediator_that_does_not_vary_carries_nothing() -> None:
    (base, changed), (low, _), groups, repetitions = simulated(0.0, 0.0, 1.0)
    found = paired_mediation((base, changed), (low, low), groups=groups, repetitions=repetitions, draws=200)
    assert found.carried.value == pytest.approx(0.0, abs=1e-9)
    assert found.direct.value == pytest.approx(found.total.value)


def test_what_cannot_be_computed_is_refused() -> None:
    (base, changed), (low, high), groups, repetitions = simulated(1.0, 1.0, 0.0, languages=4, seeds=2)
    with pytest.raises(ValueError, match="lengths differ"):
        paired_mediation((base[:-1], changed), (low, high), groups=groups, repetitions=repetitions)
    with pytest.raises(ValueError, match="7 rows in 4 groups are too few with 2 mediators"):
        paired_mediation((base[:7], changed[:7]), (low[:7], high[:7]), groups=groups[:7], repetitions=repetitions[:7])
    with pytest.raises(ValueError, match="8 rows in 2 groups are too few"):
        paired_mediation((base, changed), (low, high), groups=[0, 1] * 4, repetitions=repetitions)
    low[0, 0] = np.nan
    with pytest.raises(ValueError, match="missing value"):
        paired_mediation((base, changed), (low, high), groups=groups, repetitions=repetitions)
