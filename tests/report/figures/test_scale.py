from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.report.figures.scale import linear_scale, round_step

finite = st.floats(-1e4, 1e4, allow_nan=False)


@given(st.lists(finite, min_size=1, max_size=20))
def test_every_value_lies_between_the_ends_and_ticks_are_even(values):
    scale = linear_scale(values, 10.0, 110.0)
    assert scale.low <= min(values) + 1e-6
    assert scale.high >= max(values) - 1e-6
    assert all(10 - 1e-6 <= scale(value) <= 110 + 1e-6 for value in values)
    steps = {round(after - before, 6) for before, after in zip(scale.ticks, scale.ticks[1:], strict=False)}
    assert len(steps) <= 1
    assert 2 <= len(scale.ticks) <= 14


@given(finite, finite)
def test_order_is_kept(one, other):
    scale = linear_scale([-1e4, 1e4], 0.0, 1.0)
    assert (scale(one) <= scale(other)) == (one <= other) or abs(one - other) < 1e-6


def test_scores_do_not_leave_their_range():
    scale = linear_scale([3.0, 99.5], 0, 1, floor=0.0, ceiling=100.0)
    assert (scale.low, scale.high) == (0.0, 100.0)
    assert scale(250.0) == 1.0


def test_what_is_not_a_number_is_left_out():
    assert linear_scale([math.nan, math.inf, 4.0, 6.0], 0, 1).high == pytest.approx(6.0)
    assert linear_scale([], 0, 1).ticks == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0) or linear_scale([], 0, 1).high == 1.0


def test_labels_have_as_many_decimals_as_the_step_needs():
    scale = linear_scale([-0.4, 0.6], 0, 1, ticks=5)
    assert [scale.label(tick) for tick in scale.ticks] == ["−0.4", "−0.2", "0.0", "0.2", "0.4", "0.6"]
    assert linear_scale([0, 100], 0, 1).label(20.0) == "20"


@given(st.floats(1e-6, 1e6))
def test_steps_are_round_and_no_smaller_than_asked(rough):
    step = round_step(rough)
    assert step >= rough * (1 - 1e-9)
    assert step <= rough * 2.6
    mantissa = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert round(mantissa, 6) in {1.0, 2.0, 5.0, 10.0}
