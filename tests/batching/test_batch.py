from __future__ import annotations

import torch

from sprachbund.batching.batch import Batch


def test_to_moves_what_a_model_reads_and_leaves_the_numbers():
    batch = Batch(
        piece_ids=torch.tensor([[1, 2]]), mask=torch.tensor([[True, False]]), type_ids=None,
        word_positions=torch.tensor([0]), labels=None, windows=torch.tensor([0]), words=torch.tensor([0]),
    )
    moved = batch.to("meta")
    assert {moved.piece_ids.device.type, moved.mask.device.type, moved.word_positions.device.type} == {"meta"}
    assert moved.windows.device.type == moved.words.device.type == "cpu"
    assert moved.type_ids is None
    assert moved.labels is None
    assert batch.real_pieces == 1
