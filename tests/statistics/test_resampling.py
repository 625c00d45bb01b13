from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed
from sprachbund.statistics import resampling
from sprachbund.statistics.resampling import (
    observed_scores,
    resampled_groups,
    resampled_scores,
)


def share(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return 100 * sums[..., 0] / sums[..., 1]


def corpus(n: int, *lead: int, seed: int = 0) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    total = rng.integers(5, 30, n)
    return np.stack([rng.binomial(total, 0.7, (*lead, n)), np.broadcast_to(total, (*lead, n))], axis=-1)


def test_draws_have_the_mean_and_spread_of_the_plug_in_theory() -> None:
    counts = np.stack([np.arange(400) < 300, np.ones(400)], axis=-1).astype(np.int64)
    draws = resampled_scores([counts], share, resamples=4000)
    assert draws.shape == (1, 1, 4000)
    assert draws.mean() == pytest.approx(75, abs=0.15)
    assert draws.std() == pytest.approx(100 * np.sqrt(0.75 * 0.25 / 400), rel=0.05)


def test_equals_a_bootstrap_written_out_in_loops() -> None:
    counts, other = corpus(37, 2), corpus(37, 2, seed=1)
    found = resampled_scores([np.stack([counts, other])], share, resamples=5, seed=3, names=["de"])
    assert found.shape == (1, 2, 2, 5)
    rng = np.random.default_rng(derive_seed(3, "examples", "de"))
    for resample, drawn in enumerate(rng.integers(0, 37, size=(5, 37))):
        for system, rows in enumerate((counts, other)):
            for repetition in range(2):
                score = share(rows[repetition, drawn].sum(axis=0))
                assert found[0, system, repetition, resample] == pytest.approx(float(score))


def test_the_size_of_chunks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = corpus(101, 3)
    whole = resampled_scores([counts], share, resamples=97)
    monkeypatch.setattr(resampling, "_DRAWS_AT_ONCE", 250)
    assert np.array_equal(resampled_scores([counts], share, resamples=97), whole)


def test_many_columns_are_added_like_few(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = corpus(101, 3)
    few = resampled_scores([counts], share, resamples=10)
    monkeypatch.setattr(resampling, "_FEW_COLUMNS", 0)
    assert np.array_equal(resampled_scores([counts], share, resamples=10), few)


def test_large_counts_are_added_exactly() -> None:
    counts = corpus(50)
    large = resampled_scores([counts * 10**9], share, resamples=50)
    assert np.allclose(large, resampled_scores([counts], share, resamples=50), rtol=1e-12)


def test_a_group_keeps_its_draws_whatever_stands_beside_it() -> None:
    german, thai = corpus(60), corpus(80, seed=2)
    both = resampled_scores([german, thai], share, resamples=20, names=["de", "th"])
    alone = resampled_scores([thai], share, resamples=20, names=["th"])
    assert np.array_equal(both[1], alone[0])
    assert not np.array_equal(alone, resampled_scores([thai], share, resamples=20, names=["th"], seed=1))
    same = resampled_scores([thai, thai], share, resamples=20)
    assert not np.array_equal(same[0], same[1]), "equal groups are drawn independently"


def test_a_sample_of_groups_has_the_variance_of_their_mean() -> None:
    observed = np.array([[10.0, 0.0], [20.0, 1.0], [60.0, 2.0]])
    draws = resampled_groups(observed, resamples=40_000)
    assert draws.shape == (2, 40_000)
    assert draws.mean(axis=-1) == pytest.approx([30, 1], abs=0.3)
    assert draws.var(axis=-1) == pytest.approx(observed.var(axis=0, ddof=1) / 3, rel=0.05)
    with pytest.raises(ValueError, match="a sample of groups has two or more, got 1"):
        resampled_groups(observed[:1])


def test_a_resample_without_anything_to_count_has_no_score() -> None:
    counts = np.zeros((3, 2), dtype=np.int64)
    counts[0] = (1, 2)
    draws = resampled_scores([counts], share, resamples=100)
    assert 10 < np.isnan(draws).sum() < 60
    assert set(draws[~np.isnan(draws)]) == {50.0}


def test_observed_scores() -> None:
    counts = np.array([[1, 2], [2, 2]])
    assert observed_scores(counts, share).tolist() == [75]
    assert observed_scores(np.stack([counts, counts * 0 + 1]), share).tolist() == [75, 100]


@pytest.mark.parametrize(
    ("groups", "options", "message"),
    [
        ([], {}, "there is no group"),
        ([np.zeros((0, 2), dtype=np.int64)], {"names": ["de"]}, "group 'de' has no example"),
        ([corpus(3), corpus(3, 2)], {}, "group '1' has counts .* all but the number of examples must be equal"),
        ([corpus(3), corpus(3)], {"names": ["de", "de"]}, "2 groups need as many different names"),
        ([corpus(3)[0]], {}, "counts are"),
        ([corpus(3)], {"resamples": 0}, "resamples is at least 1, got 0"),
    ],
)
def test_what_cannot_be_resampled_is_refused(groups: list, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        resampled_scores(groups, share, **options)
