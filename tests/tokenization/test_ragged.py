from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.tokenization.ragged import offsets_of, ragged_index


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6)), max_size=10))
def test_ragged_index_joins_ranges(slices):
    starts = np.array([a for a, _ in slices], dtype=np.int64)
    lengths = np.array([n for _, n in slices], dtype=np.int64)
    assert ragged_index(starts, lengths).tolist() == [i for a, n in slices for i in range(a, a + n)]
    assert offsets_of(lengths)[-1] == lengths.sum()
