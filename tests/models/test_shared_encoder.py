from __future__ import annotations

import numpy as np
import pytest
import torch

from sprachbund.batching.collate import WindowStream
from sprachbund.core.errors import ModelError
from sprachbund.evaluation.predict import predict, predict_together
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.shared_encoder import SharedEncoderModels
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.testing.toy_task import toy_corpus, toy_encoder, toy_model, toy_space

FUSIONS = (
    {"type": "last_layer"}, {"type": "dlfa", "layer": 1}, {"type": "average"}, {"type": "average", "over": [0, 1]},
)


@pytest.fixture(params=["bert", "modernbert"])
def models(request: pytest.FixtureRequest) -> list[TransferModel]:
    encoder = toy_encoder(request.param).encoder.eval()
    head = HeadConfig(type="token_labels", n_labels=2)
    return [build_transfer_model(encoder, fusion_config(fusion), head, seed).eval()
            for seed, fusion in enumerate(FUSIONS)]


@pytest.mark.parametrize("threads", [1, 2])
def test_predictions_are_those_of_each_model_alone(models: list[TransferModel], threads: int) -> None:
    family = "bert" if models[0].encoder.model.config.model_type == "bert" else "modernbert"
    corpora = [toy_corpus(n, family=family, language=code) for n, code in ((40, "en"), (3, "de"))]
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        together = predict_together(models, corpora, toy_space(), precision="fp32", batch_pieces=40)
        alone = [predict(model, corpora, toy_space(), precision="fp32", batch_pieces=40) for model in models]
    finally:
        torch.set_num_threads(before)
    assert len(together) == len(models)
    for one, other in zip(together, alone, strict=True):
        for given, expected in zip(one, other, strict=True):
            assert given.language == expected.language
            assert np.array_equal(given.label_ids, expected.label_ids)
            assert np.array_equal(given.confidence.view(np.int32), expected.confidence.view(np.int32))


def test_the_encoder_runs_once_up_to_the_highest_layer(models: list[TransferModel]) -> None:
    batch = WindowStream([toy_corpus(3)]).batch(np.arange(3))
    runs: list[list[int]] = []
    encoder = models[0].encoder
    hook = encoder.register_forward_pre_hook(lambda _, given: runs.append(list(given[2])))
    shared = SharedEncoderModels(models)
    assert shared.layers == [0, 1, 2]
    with torch.no_grad():
        assert [logits.shape[1] for logits in shared(batch)] == [2, 2, 2, 2]
    hook.remove()
    assert runs == [[0, 1, 2]]


def test_models_come_back_in_the_mode_in_which_they_were(models: list[TransferModel]) -> None:
    predict_together(models, [toy_corpus(2)], toy_space())
    assert not any(model.training for model in models)


@pytest.mark.parametrize(("given", "message"), [
    (lambda: [toy_model(), toy_model()], "models that share one pass must have one encoder"),
    (list, "no model was given"),
])
def test_encoders_of_their_own_are_refused(given, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=message):
        SharedEncoderModels(given())
