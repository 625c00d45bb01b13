from __future__ import annotations

import math

import numpy as np
import pytest

from sprachbund.statistics.variance_components import variance_components


def test_two_ways_are_the_textbook_analysis() -> None:
    rng = np.random.default_rng(0)
    table = 2 * rng.normal(size=(5, 1)) + rng.normal(size=(1, 7)) + rng.normal(size=(5, 7))
    found = variance_components(table, ["row", "column"])
    rest = table - table.mean(1, keepdims=True) - table.mean(0) + table.mean()
    residual = (rest**2).sum() / 24
    row = 7 * table.mean(axis=1).var(ddof=1)
    assert found.mean_squares == pytest.approx({"row": row, "column": 5 * table.mean(axis=0).var(ddof=1),
                                                "residual": residual})
    assert found.degrees == {"row": 4, "column": 6, "residual": 24}
    assert found.variances["row"] == pytest.approx((row - residual) / 7)
    assert found.coefficients["row"] == pytest.approx({"row": 1 / 7, "residual": -1 / 7})


def test_a_nested_axis_is_pooled_with_its_interaction() -> None:
    """Seeds in tasks: the mean square of seeds within each task."""
    table = np.random.default_rng(1).normal(size=(4, 3, 6))
    found = variance_components(table, ["task", "seed", "language"], nested={"seed": "task"})
    assert list(found.variances) == ["task", "seed:task", "language", "task:language", "residual"]
    assert found.degrees == {"task": 3, "seed:task": 8, "language": 5, "task:language": 15, "residual": 40}
    seeds = 6 * table.mean(axis=2).var(axis=1, ddof=1).mean()
    assert found.mean_squares["seed:task"] == pytest.approx(seeds)
    assert found.coefficients["task"] == pytest.approx({
        "task": 1 / 18, "seed:task": -1 / 18, "task:language": -1 / 18, "residual": 1 / 18})
    total = sum(found.mean_squares[name] * count for name, count in found.degrees.items())
    assert total == pytest.approx(((table - table.mean()) ** 2).sum())


def simulated(rng: np.random.Generator, task: float, seed: float) -> np.ndarray:
    shape = (4, 5, 6, 3)
    return np.asarray(
        task * rng.normal(size=(4, 1, 1, 1)) + seed * rng.normal(size=(4, 5, 1, 1)) + rng.normal(size=(1, 1, 6, 1))
        + 0.5 * rng.normal(size=(1, 1, 1, 3)) + 0.3 * rng.normal(size=(4, 1, 6, 1)) + 0.2 * rng.normal(size=shape)
    )


AXES = ["task", "seed", "language", "token"]


def test_components_are_right_on_average_and_their_ratio_is_covered() -> None:
    rng = np.random.default_rng(2)
    found = [variance_components(simulated(rng, 2.0, 1.0), AXES, nested={"seed": "task"}) for _ in range(300)]
    for name, expected in (("task", 4), ("seed:task", 1), ("language", 1), ("token", 0.25),
                           ("task:language", 0.09), ("residual", 0.04)):
        assert np.mean([one.variances[name] for one in found]) == pytest.approx(expected, rel=0.15), name
    intervals = [one.ratio("task", "seed:task", draws=2000)[1] for one in found]
    covered = np.mean([interval.low <= 4 <= interval.high for interval in intervals])
    assert 0.92 <= covered <= 0.98
    assert intervals[0].method.startswith("generalised confidence interval")


def test_the_exact_interval_of_a_one_way_ratio() -> None:
    """Without other sources the bounds of task / seed are those of the F ratio (Searle et al. 1992, 3.5)."""
    from scipy import stats

    rng = np.random.default_rng(3)
    table = 2 * rng.normal(size=(6, 1)) + rng.normal(size=(6, 5))
    found = variance_components(table, ["task", "seed"], nested={"seed": "task"})
    ratio, interval = found.ratio("task", "residual", draws=400_000)
    f = found.mean_squares["task"] / found.mean_squares["residual"]
    assert ratio == pytest.approx((f - 1) / 5)
    low, high = ((f / stats.f.ppf(share, 5, 24) - 1) / 5 for share in (0.975, 0.025))
    assert (interval.low, interval.high) == pytest.approx((low, high), rel=0.02)


def test_ratios_at_the_ends() -> None:
    found = variance_components(simulated(np.random.default_rng(4), 0.0, 0.0), AXES, nested={"seed": "task"})
    interval = found.ratio("task", "seed:task")[1]
    assert interval.low < 1 < interval.high
    rng = np.random.default_rng(5)
    flat = variance_components(np.repeat(rng.normal(size=(3, 1)), 4, axis=1), ["task", "seed"])
    assert math.isinf(flat.ratio("task", "seed")[0])
    assert flat.ratio("seed", "residual")[0] == 1


def test_what_is_no_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="2 axes need as many different names"):
        variance_components(np.zeros((2, 2)), ["a"])
    with pytest.raises(ValueError, match="two levels or more each"):
        variance_components(np.zeros((2, 1)), ["a", "b"])
    with pytest.raises(ValueError, match="'b' cannot be nested in 'c'"):
        variance_components(np.zeros((2, 2)), ["a", "b"], nested={"b": "c"})
    with pytest.raises(ValueError, match="a layout is complete"):
        variance_components(np.full((2, 2), np.nan), ["a", "b"])
    with pytest.raises(ValueError, match="there is no source 'c'"):
        variance_components(np.ones((2, 2)), ["a", "b"]).ratio("a", "c")
