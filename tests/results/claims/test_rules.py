"""Verdicts from intervals, and of wholes from parts, as properties."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from sprachbund.results.claims.rules import Effect, common_rule, of_all, of_most, range_rule, reported_rule

VERDICTS = ("supported", "parameter effect", "not supported", "undecided at this size", "not tested here")
points = st.floats(-5, 5).map(lambda value: round(value, 3))


@st.composite
def effects(draw: st.DrawFn) -> Effect:
    low, mean, high = sorted(draw(st.lists(points, min_size=3, max_size=3)))
    return Effect(mean, low, high, draw(st.sampled_from([0.001, 0.2])))


@given(effects(), st.none() | effects())
def test_the_common_rule_says_what_it_promises(gain: Effect, over: Effect | None) -> None:
    verdict = common_rule(gain, over)
    if verdict == "supported":
        assert gain.low > 0
        assert gain.mean >= 0.5
        assert over is not None
        assert over.low > 0
    if verdict == "parameter effect":
        assert gain.low > 0
        assert over is not None
        assert not over.above_zero
    assert (verdict == "not supported") == (gain.high < 0.5)
    if verdict == "not tested here":
        assert over is None


@given(effects(), st.none() | effects(), st.floats(0.5, 3))
def test_a_gain_that_is_smaller_than_reported_is_above_zero_and_below_the_report(
    gain: Effect, over: Effect | None, reported: float
) -> None:
    verdict = reported_rule(gain, over, reported)
    assert (verdict == "smaller than reported") == (gain.above_zero and gain.high < reported)
    if verdict != "smaller than reported":
        assert verdict == common_rule(gain, over)


def test_a_p_value_that_correction_takes_away_leaves_a_gain_undecided() -> None:
    assert common_rule(Effect(1.2, 0.1, 2.3, 0.03), Effect(1.0, 0.2, 1.8)) == "supported"
    assert common_rule(Effect(1.2, 0.1, 2.3, 0.12), Effect(1.0, 0.2, 1.8)) == "undecided at this size"


@given(effects())
def test_a_range_supports_only_what_lies_in_it(gain: Effect) -> None:
    verdict = range_rule(gain, 1.0, 3.0)
    if verdict == "supported":
        assert 1.0 <= gain.mean <= 3.0
        assert gain.low > 0
    assert (verdict == "not supported") == (gain.high < 1.0 or gain.low > 3.0)


def test_what_holds_on_most_tasks_is_not_lost_by_one_more_that_holds() -> None:
    for parts in product(VERDICTS, repeat=3):
        before, after = of_most(parts, 4), of_most((*parts, "supported"), 4)
        if before == "supported":
            assert after == "supported"
        if after in {"not supported", "parameter effect"}:
            assert before == after, parts  # it could not hold before either
        if parts.count("not supported") >= 2:
            assert before == "not supported", parts


@given(st.lists(st.sampled_from(VERDICTS), max_size=5))
def test_the_order_of_parts_changes_nothing(parts: list[str]) -> None:
    for rule in (of_most, of_all):
        assert rule(parts, 4) == rule(parts[::-1], 4)


def test_the_part_that_bears_a_claim_least_decides_it() -> None:
    assert of_all(["supported"] * 4, 4) == "supported"
    assert of_all(["supported", "not supported"], 4) == "not supported"
    assert of_all(["supported", "parameter effect", "smaller than reported"], 3) == "parameter effect"
    assert of_all(["supported", "undecided at this size"], 4) == "not tested here"
