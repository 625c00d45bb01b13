from __future__ import annotations

import numpy as np
import pytest

from sprachbund.evaluation.probes.discriminant import moments_of
from sprachbund.evaluation.probes.parallel import ParallelVectors
from sprachbund.evaluation.probes.removal import fit_subspaces, kind_of, removals_of_texts

N, WIDTH = 120, 24


@pytest.fixture(scope="module")
def given() -> ParallelVectors:
    """Meaning lies in dimensions 0 to 5, the language in 6 to 8, noise everywhere."""
    rng = np.random.default_rng(0)
    found = rng.standard_normal((1, 2, 6 * N, WIDTH)).astype(np.float32) * 0.5
    sentences, translations = {}, {}
    for number, code in enumerate(("de", "ka", "tr")):
        meaning = 2 * rng.standard_normal((N, 6))
        language = 4 * rng.standard_normal(3)
        for side, part in enumerate((sentences, translations)):
            part[code] = slice((2 * number + side) * N, (2 * number + side + 1) * N)
            found[0, :, part[code], :6] += meaning[None]
            if side == 0:
                found[0, :, part[code], 6:9] += language
    return ParallelVectors("before", ("0",), "en", found, sentences, translations)


def test_each_subspace_takes_out_what_it_is_named_after(given: ParallelVectors) -> None:
    words = moments_of(np.random.default_rng(1).standard_normal((60, WIDTH)), np.arange(60) % 3, 3)
    subspaces = fit_subspaces(given, 0, "mean", words, rank=6, draws=2, seed=0)
    assert subspaces.kinds() == ("language", "semantic", "structure", "random")
    assert [kind_of(name) for name in subspaces.bases].count("random") == 2
    assert all(basis.shape[1] <= 6 for basis in subspaces.bases.values())
    semantic = np.abs(np.linalg.svd(subspaces.bases["semantic"][:6])[1])
    assert semantic == pytest.approx(np.ones(6), abs=0.15)  # it lies in the six dimensions of meaning
    assert subspaces.variance["semantic"] > subspaces.variance["random"] > 0
    changes: dict[tuple[str, str], list[float]] = {}
    for removal in removals_of_texts(given, 0, subspaces):
        changes.setdefault((removal.removed, removal.measure), []).append(removal.difference)
        assert removal.n == N // 2
        assert removal.low is not None
        assert removal.high is not None
        assert removal.low <= removal.difference + 1e-9
        assert removal.difference <= removal.high + 1e-9
    mean = {key: float(np.mean(values)) for key, values in changes.items()}
    assert mean["semantic", "retrieval"] < -40
    assert mean["language", "language_identity"] < -30
    assert mean["language", "retrieval"] > -15  # translations are found without their language
    assert mean["semantic", "language_identity"] > -10
    assert abs(mean["random", "language_identity"]) < 15


def test_no_more_than_a_quarter_of_the_width_goes(given: ParallelVectors) -> None:
    subspaces = fit_subspaces(given, 0, "first", None, rank=100, draws=1, seed=0)
    assert subspaces.kinds() == ("language", "semantic", "random")
    assert max(basis.shape[1] for basis in subspaces.bases.values()) == WIDTH // 4
