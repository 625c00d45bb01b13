from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.models.encoders.packing import HeadRows, Packing

masks = st.lists(st.integers(0, 6), min_size=1, max_size=5).filter(any).map(
    lambda lengths: torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
)


@given(masks)
def test_pieces_go_into_the_matrix_and_back(mask):
    packing = Packing(mask)
    states = torch.randn(*mask.shape, 4)
    packed = packing.pack(states)
    assert torch.equal(packed, states[mask])
    assert torch.equal(packing.unpack(packed), states * mask[..., None])


@given(masks, st.sampled_from([1, 3]))
def test_heads_see_their_part_of_every_stream(mask, streams):
    heads, size = 2, 3
    packing = Packing(mask)
    rows = HeadRows(packing, streams, heads)
    packed = torch.randn(int(mask.sum()), streams * heads * size)
    taken = rows.to_heads(torch.cat((packed, torch.zeros(1, packed.shape[1]))))
    expected = packing.unpack(packed).view(*mask.shape, streams, heads, size).permute(2, 0, 3, 1, 4)
    assert torch.equal(taken, expected.flatten(1, 2))
    assert torch.equal(rows.from_heads(taken), packed)


def test_padded_keys_are_hidden_but_in_rows_of_nothing_else():
    bias = Packing(torch.tensor([[True, True], [True, False], [False, False]])).bias
    assert bias.squeeze((1, 2)).tolist() == [[0, 0], [0, -torch.inf], [0, 0]]


def test_where_rows_begin_and_end():
    packing = Packing(torch.tensor([[True, True, True], [True, False, False]]))
    assert packing.ends.tolist() == [0, 3, 4]
    assert packing.ends.dtype is torch.int32
    assert packing.longest == 3
    assert packing.has_padding
    assert not Packing(torch.ones(2, 3, dtype=torch.bool)).has_padding
