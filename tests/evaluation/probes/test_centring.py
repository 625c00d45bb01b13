from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.evaluation.probes.centring import centred, less


@given(seed=st.integers(0, 10_000), shift=st.floats(-50, 50))
def test_the_mean_is_gone_and_nothing_else(seed: int, shift: float) -> None:
    rows = np.random.default_rng(seed).standard_normal((9, 4))
    assert centred(rows + shift).mean(0) == pytest.approx(np.zeros(4), abs=1e-9)
    assert centred(rows + shift) == pytest.approx(centred(rows), abs=1e-9)


def test_equal_rows_leave_no_rounding_behind() -> None:
    row = np.random.default_rng(0).standard_normal(64).astype(np.float32) * 3
    rows = np.tile(row, (7, 1))
    nearly = row * np.float32(1 + 2e-7)
    assert not centred(rows).any()
    assert not less(rows, np.stack([nearly] * 7)).any()
    assert less(rows, np.zeros_like(rows)).tolist() == rows.tolist()


def test_a_single_sentence() -> None:
    with pytest.raises(ValueError, match="needs two sentences or more, got 1"):
        centred(np.ones((1, 3)))
