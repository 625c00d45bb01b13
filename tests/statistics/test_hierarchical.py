from __future__ import annotations

import numpy as np
import pytest

from sprachbund.statistics.hierarchical import hierarchical_draws


def spread(rng: np.random.Generator, groups: int, seeds: int, draws: int) -> np.ndarray:
    return np.asarray(rng.normal(size=(groups, seeds, draws)))


def test_examples_and_seeds_of_fixed_groups() -> None:
    """Seeds redrawn: (S - 1) / S of their variance over S; examples: their own over S, whatever the draw."""
    rng = np.random.default_rng(0)
    seeds = np.array([-1.0, 0.0, 1.0, 2.0])
    drawn = hierarchical_draws(seeds[:, None] + 0.01 * spread(rng, 5, 4, 40_000))
    assert drawn.mean() == pytest.approx(0.5, abs=0.01)
    assert drawn.var() == pytest.approx(seeds.var() / 4, rel=0.03)


def test_clusters_are_drawn_whole_and_groups_within_them() -> None:
    """Balanced: variance of the cluster means over C plus that of groups within clusters over C n."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(6, 1)) + 0.5 * rng.normal(size=(6, 4))
    draws = np.repeat(values.reshape(24, 1, 1), 30_000, axis=2)
    drawn = hierarchical_draws(draws, clusters=np.repeat(np.arange(6), 4).tolist())
    expected = values.mean(axis=1).var() / 6 + values.var(axis=1).mean() / 24
    assert drawn.var() == pytest.approx(expected, rel=0.03)
    assert drawn.mean() == pytest.approx(values.mean(), abs=0.01)


def test_examples_are_drawn_anew_for_every_language_drawn() -> None:
    rng = np.random.default_rng(2)
    drawn = hierarchical_draws(spread(rng, 8, 1, 30_000), clusters=range(8))
    assert drawn.var() == pytest.approx(1 / 8, rel=0.03)


def test_clusters_of_all_sizes_and_the_same_seed() -> None:
    draws = spread(np.random.default_rng(3), 6, 2, 50)
    found = hierarchical_draws(draws, clusters=list("aaabbc"), seed=4)
    assert found.shape == (50,)
    assert np.array_equal(found, hierarchical_draws(draws, clusters=list("aaabbc"), seed=4))
    with pytest.raises(ValueError, match="6 groups need as many clusters, got 2"):
        hierarchical_draws(draws, clusters=["a", "b"])
