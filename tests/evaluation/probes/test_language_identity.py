from __future__ import annotations

import numpy as np
import pytest

from sprachbund.evaluation.probes.discriminant import moments_of
from sprachbund.evaluation.probes.language_identity import folds, told_apart, told_apart_without
from sprachbund.evaluation.probes.nullspace import class_subspace


def languages_in_space(n: int = 400, width: int = 10) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    languages = np.arange(n) % 4
    return (2 * rng.standard_normal((4, width)))[languages] + rng.standard_normal((n, width)), languages


def test_languages_that_are_vectors_are_told_until_they_are_centred() -> None:
    rows, languages = languages_in_space()
    assert told_apart(rows, languages, centre=False).mean() > 0.9
    assert told_apart(rows, languages, centre=True).mean() < 0.4  # chance is a quarter


def test_taking_the_subspace_out_does_the_same() -> None:
    rows, languages = languages_in_space()
    train = folds(languages) == 0
    moments = moments_of(rows[train], languages[train], 4)
    nothing = np.zeros((10, 0))
    assert told_apart_without(moments, nothing, rows[~train], languages[~train]).mean() > 0.9
    basis = class_subspace(moments, 6)
    assert told_apart_without(moments, basis, rows[~train], languages[~train]).mean() < 0.45


def test_equal_vectors_tell_what_guessing_tells() -> None:
    rows = np.tile(np.random.default_rng(0).standard_normal(16).astype(np.float32), (120, 1))
    languages = np.repeat(np.arange(4), 30)
    for centre in (False, True):
        assert told_apart(rows, languages, centre=centre).mean() == pytest.approx(0.25)


def test_halves_are_even_within_each_language() -> None:
    languages = np.array([0, 0, 1, 0, 1, 1, 1])
    assert folds(languages).tolist() == [0, 1, 0, 0, 1, 0, 1]


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="two languages with 2 sentences or more each, got 1"):
        told_apart(np.ones((4, 2)), np.zeros(4, dtype=int), centre=False)
    with pytest.raises(ValueError, match=r"got 2 with \[3, 1\]"):
        told_apart(np.ones((4, 2)), np.array([0, 0, 0, 1]), centre=True)
