from __future__ import annotations

import numpy as np
import pytest

from sprachbund.evaluation.probes.similarity import language_similarity


def test_the_common_vector_is_taken_away() -> None:
    far = np.array([100.0, 0.0, 0.0])
    found = language_similarity(far + np.array([[0, 1.0, 0], [0, -1.0, 0], [0, 0, 1.0], [0, 0, -1.0]]))
    assert found == pytest.approx(np.array([[1, -1, 0, 0], [-1, 1, 0, 0], [0, 0, 1, -1], [0, 0, -1, 1]]), abs=1e-9)


def test_a_single_language() -> None:
    with pytest.raises(ValueError, match="a single language is similar to nothing"):
        language_similarity(np.ones((1, 3)))


def test_languages_that_do_not_differ_are_left_out() -> None:
    assert np.isnan(language_similarity(np.ones((3, 4)))).all()
