from __future__ import annotations

import torch

from sprachbund.batching.collate import WindowStream
from sprachbund.models.layer_states import LayerStates
from sprachbund.testing.toy_task import toy_corpus, toy_encoder, toy_model


def test_every_layer_and_the_fused_state_from_one_pass() -> None:
    model = toy_model(fusion={"type": "dlfa", "layer": 1}).eval()
    states = LayerStates(model.encoder, model.fusion, model.layers).eval()
    assert states.names == ("0", "1", "2", "fused")
    passes = []
    model.encoder.model.embeddings.register_forward_hook(lambda *_: passes.append(1))
    stream = WindowStream([toy_corpus(6)])
    batch = stream.batch(torch.arange(6).numpy())
    with torch.inference_mode():
        found = states(batch)
        assert len(passes) == 1
        fused = model.fused(batch.piece_ids, batch.mask, batch.type_ids)
    assert [tuple(state.shape) for state in found] == [tuple(fused.shape)] * 4
    torch.testing.assert_close(found[3][batch.mask], fused[batch.mask])


def test_an_encoder_alone_has_no_fused_state() -> None:
    encoder = toy_encoder().encoder
    assert LayerStates(encoder).names == ("0", "1", "2")
