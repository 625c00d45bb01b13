from __future__ import annotations

import pytest
import torch

from sprachbund.batching.collate import WindowStream
from sprachbund.core.errors import ModelError
from sprachbund.models.chosen_states import ChosenStates
from sprachbund.models.layer_states import LayerStates
from sprachbund.testing.toy_task import toy_corpus, toy_encoder, toy_model


def test_chosen_states_are_those_of_all_in_the_models_order() -> None:
    model = toy_model(fusion={"type": "dlfa", "layer": 1}).eval()
    every = LayerStates(model.encoder, model.fusion, model.layers).eval()
    batch = WindowStream([toy_corpus(6)]).batch(torch.arange(6).numpy())
    for chosen in (("fused",), ("2", "0"), ("fused", "1"), None):
        some = ChosenStates(model.encoder, model.fusion, model.layers, chosen).eval()
        assert set(some.names) == set(chosen or every.names)
        with torch.inference_mode():
            whole = dict(zip(every.names, every(batch), strict=True))
            for name, state in zip(some.names, some(batch), strict=True):
                torch.testing.assert_close(state[batch.mask], whole[name][batch.mask])


def test_layers_above_the_highest_chosen_one_are_not_run() -> None:
    encoder = toy_encoder().encoder
    assert ChosenStates(encoder, chosen=("1",)).read == (1,)
    model = toy_model(fusion={"type": "dlfa", "layer": 1})
    assert ChosenStates(model.encoder, model.fusion, model.layers, ("fused",)).read == (1, 2)
    assert ChosenStates(model.encoder, model.fusion, model.layers, ("0",)).read == (0,)


def test_a_layer_that_is_not_there() -> None:
    with pytest.raises(ModelError, match="there is no layer 3 in this model\n  → it has 0 \\(embeddings\\) to 2"):
        ChosenStates(toy_encoder().encoder, chosen=("1", "3"))
