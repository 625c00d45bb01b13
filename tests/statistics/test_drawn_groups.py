from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.statistics.drawn_groups import Layout, drawn_variance

FAMILIES = ["a"] * 14 + ["b"] * 3 + ["c", "c", "d", "d", "e", "e", "f", "f", *"ghijklm"]


def simulated(
    rng: np.random.Generator, seeds: int, cluster: float, group: float, seed: float, by_cluster: float, by_group: float
) -> np.ndarray:
    known = {name: place for place, name in enumerate(dict.fromkeys(FAMILIES))}
    member = np.array([known[name] for name in FAMILIES])
    return np.asarray(
        rng.normal(0, cluster, len(known))[member] + rng.normal(0, group, len(member)) + rng.normal(0, seed, (seeds, 1))
        + rng.normal(0, by_cluster, (seeds, len(known)))[:, member] + rng.normal(0, by_group, (seeds, len(member)))
    )


@pytest.mark.parametrize("parts", [(1.0, 0.5, 0.5, 0.5, 0.5), (1.5, 0.2, 0.2, 0.1, 0.3), (1.0, 1.0, 2.0, 0.1, 0.1)])
def test_the_variance_is_that_of_the_mean_over_repeated_draws(parts: tuple[float, ...]) -> None:
    """The components are known, so is the variance; estimates are truncated at zero, hence slightly large."""
    rng = np.random.default_rng(0)
    cluster, group, seed, by_cluster, by_group = (part**2 for part in parts)
    sizes = np.unique(FAMILIES, return_counts=True)[1]
    share = ((sizes / 32) ** 2).sum()
    own = share * by_cluster + by_group / 32
    expected = (share * cluster + group / 32 + own / 5, seed / 5)
    found = [drawn_variance(simulated(rng, 5, *parts), FAMILIES) for _ in range(1500)]
    assert np.mean([one.between for one in found]) == pytest.approx(expected[0], rel=0.06)
    assert np.mean([one.shared for one in found]) == pytest.approx(expected[1], rel=0.15)
    assert np.mean([one.fading for one in found]) == pytest.approx(own / 5, rel=0.35)


def test_groups_without_clusters_have_the_textbook_variance() -> None:
    values = np.random.default_rng(1).normal(size=(1, 12))
    found = drawn_variance(values, range(12))
    assert found.between == pytest.approx(values.var(ddof=1) / 12)
    assert (found.degrees, found.shared, found.fading) == (pytest.approx(11), 0, 0)


def test_equal_clusters_have_the_variance_of_their_means() -> None:
    """Balanced: mean square between clusters over G, with clusters - 1 degrees of freedom."""
    rng = np.random.default_rng(2)
    values = rng.normal(size=(1, 4, 3)) + 3 * rng.normal(size=(1, 4, 1))
    found = drawn_variance(values.reshape(1, 12), np.repeat(np.arange(4), 3).tolist())
    assert found.between == pytest.approx(values.mean(axis=2).var(ddof=1) / 4)
    assert found.degrees == pytest.approx(3)


def test_the_large_family_leaves_nine_degrees_of_freedom() -> None:
    assert Layout(FAMILIES, 32).degrees == pytest.approx(9.5, abs=0.1)


@given(st.integers(0, 1000), st.floats(0.1, 5), st.floats(-5, 5))
def test_scale_is_squared_and_height_is_of_no_matter(seed: int, scale: float, height: float) -> None:
    values = np.random.default_rng(seed).normal(size=(3, 32))
    one, other = drawn_variance(values, FAMILIES), drawn_variance(height + scale * values, FAMILIES)
    assert (other.between, other.shared, other.fading) == pytest.approx(
        tuple(scale**2 * part for part in (one.between, one.shared, one.fading)), abs=1e-9)


def test_what_is_no_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="3 groups need as many clusters, got 2"):
        drawn_variance(np.zeros((2, 3)), ["a", "b"])
    with pytest.raises(ValueError, match="two clusters or more, got one"):
        drawn_variance(np.zeros((2, 2)), ["a", "a"])
