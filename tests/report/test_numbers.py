from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sprachbund.report.numbers import bound, deviation, half_width, plural, score, seeds_text, signed, signed_span, span
from sprachbund.results.findings import Difference, Estimate


@given(st.floats(-100, 100))
def test_signs_are_true_minus_signs_and_agree_with_the_value(value):
    text = signed(value)
    assert "-" not in text
    number = float(text.replace("−", "-"))
    assert abs(number - value) <= 0.05 + 1e-9
    assert text.startswith("+") == (number > 0)
    assert text.startswith("−") == (number < 0)


@given(st.floats(-100, 100).filter(lambda value: value != 0))
def test_a_bound_says_on_which_side_of_zero_it_lies(value):
    assert bound(value).startswith("+" if value > 0 else "−")


def test_intervals():
    assert span(Estimate(50, 48.24, 51.26, None, (1,), (50,))) == "48.2–51.3"
    assert signed_span(Difference(0.5, -0.04, 1.0, 0.05, None, None, (1,))) == "−0.0 to +1.0"
    assert half_width(48.0, 51.0) == "±1.5"


def test_one_seed_has_no_deviation():
    assert deviation(None) == "one seed"
    assert deviation(0.0) == "0.00"


def test_counts_and_seeds():
    assert plural(0, "seed") == "0 seeds"
    assert seeds_text((1,)) == "seed 1"
    assert seeds_text((1, 2)) == "seeds 1, 2"
    assert score(-1.26) == "−1.3"
