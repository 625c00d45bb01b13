from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.models.dropout_stream import DropoutStream


def test_a_mask_drops_so_often_and_keeps_the_expectation():
    mask = DropoutStream(3).mask((1000, 300), 0.1)
    assert mask.shape == (1000, 300)
    assert mask.dtype is torch.float32
    assert (mask == 0).float().mean().item() == pytest.approx(0.1, abs=0.002)
    assert mask.mean().item() == pytest.approx(1, abs=0.003)
    kept = mask[mask > 0].unique()
    assert len(kept) == 1
    assert kept.item() == pytest.approx(1 / 0.9, rel=1e-4)


def test_masks_of_one_stream_differ_and_the_seed_decides_them():
    stream, same, other = DropoutStream(1), DropoutStream(1), DropoutStream(2)
    first, second = stream.mask((50, 3), 0.5), stream.mask((50, 3), 0.5)
    assert not torch.equal(first, second)
    assert torch.equal(first, same.mask((50, 3), 0.5))
    assert torch.equal(second, same.mask((50, 3), 0.5))
    assert not torch.equal(first, other.mask((50, 3), 0.5))


@given(st.lists(st.integers(1, 7), min_size=1, max_size=3), st.floats(0, 0.999))
def test_any_shape_and_probability(shape, probability):
    mask = DropoutStream(0).mask(shape, probability, torch.float64)
    assert mask.shape == tuple(shape)
    assert mask.dtype is torch.float64
    assert torch.isfinite(mask).all()
    assert len(mask[mask > 0].unique()) <= 1


def test_nothing_is_dropped_at_probability_0_and_nearly_all_at_nearly_1():
    assert torch.equal(DropoutStream(0).mask((40,), 0.0), torch.ones(40))
    assert (DropoutStream(0).mask((400,), 0.999999) == 0).all()
